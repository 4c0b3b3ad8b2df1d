import type { AdEvent } from '@ads-tracker/events'
import postgres from 'postgres'

const statement = `select apply_batch_v1(
  $1::text::text[], $2::text::integer[], '{click}', $3::text::bigint[], $4::text::bigint[], $5::text::bigint[], $6::text::integer[],
  $7::integer, $8::text::integer[], $9::text::bigint[],
  $10::text::uuid[], $11::text::integer[], $12::text::bigint[], $13::text::bigint[], $14::text::inet[], $15::text::text[], $16::text::float8[],
  '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}')::text as outcome`

/** The writer's statement of the version before, which looks for a repeat of each event and adds to the rollups at once. */
export function applyBefore(url: string) {
  const sql = postgres(url, {
    max: 1,
    fetch_types: false,
    onnotice: () => {},
    connection: { application_name: 'bench before' },
  })
  return { apply, close: () => sql.end({ timeout: 1 }) }

  async function apply(events: AdEvent[], first: number): Promise<void> {
    const column = (of: (event: AdEvent, index: number) => string | number | null) => `{${events.map(of).join(',')}}`
    await sql.unsafe(
      statement,
      [
        '{clicks}',
        '{0}',
        `{${first}}`,
        `{${first + events.length}}`,
        `{${Date.now()}}`,
        `{${events.length}}`,
        events.length,
        column(() => 1),
        column((_, index) => first + index),
        column(({ event_id }) => event_id),
        column(({ ad_id }) => ad_id),
        column(({ occurred_at }) => Date.parse(occurred_at)),
        column(({ received_at }) => Date.parse(received_at)),
        column(({ ip }) => ip),
        column(({ user_agent }) => `"${user_agent}"`),
        column(({ playback_time }) => playback_time),
      ],
      { prepare: true },
    )
  }
}
