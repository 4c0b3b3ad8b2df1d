import postgres from 'postgres'
import type { Sql } from 'postgres'
import { type EventType, uuidv7 } from '@ads-tracker/events'

export interface StoredEvent {
  type: EventType
  ad_id: number
  /** Unix milliseconds. */
  at: number
}

/** A connection of the owner, which writes what the writer would have written. */
export function owner(url: string): Sql {
  return postgres(url, { max: 1, onnotice: () => {} })
}

export async function insertAds(sql: Sql, count: number): Promise<void> {
  await sql`insert into ads (image_url, target_url) select 'https://cdn.test/' || n, 'https://shop.test' from generate_series(1, ${count}) n`
}

/** Stores events and rolls them up, a part of them as deltas that are not folded. */
export async function insertEvents(sql: Sql, events: StoredEvent[]): Promise<void> {
  for (const type of ['click', 'impression'] as const) {
    const rows = events.filter((event) => event.type === type)
    const ids = rows.map(({ at }) => uuidv7(at))
    const times = rows.map(({ at }) => new Date(at).toISOString())
    for (const [table, isOpen] of [
      [`${type}s`, true],
      [`${type}s_undated`, false],
    ] as const) {
      await sql`
        insert into ${sql(table)} (event_id, ad_id, occurred_at, received_at)
        select id, ad, at, at
        from unnest(${ids}::text[]::uuid[], ${rows.map(({ ad_id }) => ad_id)}::integer[], ${times}::text[]::timestamptz[]) as row (id, ad, at), event_places
        where events = ${`${type}s`} and (open_ids @> id) = ${isOpen}`
    }
  }
  await rollUp(sql)
}

/** Makes all rollups from the raw events: those of odd milliseconds are not folded, the others spread over two shards. */
export async function rollUp(sql: Sql): Promise<void> {
  await sql`truncate ad_minute_stats, ad_hour_stats, ad_day_stats, ad_totals, rollup_deltas`
  const events = sql`(
    select ad_id, occurred_at, click, 1 - click as impression, extract(milliseconds from occurred_at)::integer % 2 = 1 as waits
    from (select ad_id, occurred_at, 1 as click from all_clicks union all select ad_id, occurred_at, 0 from all_impressions) as raw) as event`
  for (const [unit, table] of [
    ['minute', 'ad_minute_stats'],
    ['hour', 'ad_hour_stats'],
    ['day', 'ad_day_stats'],
    ['all', 'ad_totals'],
  ] as const) {
    const bucket = unit === 'all' ? sql`` : sql`date_trunc(${unit}, occurred_at, 'UTC'),`
    await sql`
      insert into ${sql(table)}
      select ad_id, ${bucket} (extract(milliseconds from occurred_at)::integer / 2) % 2, sum(click), sum(impression)
      from ${events} where not waits
      group by ${unit === 'all' ? sql`1, 2` : sql`1, 2, 3`}`
  }
  await sql`
    insert into rollup_deltas (entries, ads, minutes, clicks, impressions)
    select count(*), array_agg(ad_id), array_agg(floor(extract(epoch from occurred_at) / 60)::integer), array_agg(click), array_agg(impression)
    from ${events} where waits
    group by ad_id`
}
