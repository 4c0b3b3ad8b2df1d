import type { Sql } from 'postgres'
import type { AdEvent } from '@ads-tracker/events'

export interface BeforeSlice {
  topic: string
  partition: number
  from: number
  events: AdEvent[]
}

/** Stores clicks as a writer of the version before does, through apply_batch_v1. */
export async function applyBefore(sql: Sql, { topic, partition, from, events }: BeforeSlice) {
  const size = events.length
  const [row] = await sql<[{ outcome: { status: string; slices: { counted: number; duplicates: number }[] } }]>`
    select apply_batch_v1(
      array[${topic}], array[${partition}::integer], '{click}', array[${from}::bigint], array[${from + size}::bigint], array[${Date.now()}::bigint],
      array[${size}::integer], ${size}, array_fill(1, array[${size}::integer]),
      array(select generate_series(${from}::bigint, ${from + size - 1}::bigint)),
      ${events.map(({ event_id }) => event_id)}::text[]::uuid[], ${events.map(({ ad_id }) => ad_id)}::integer[],
      ${events.map(({ occurred_at }) => Date.parse(occurred_at))}::bigint[], ${events.map(({ received_at }) => Date.parse(received_at))}::bigint[],
      ${events.map(({ ip }) => ip)}::text[]::inet[], ${events.map(({ user_agent }) => user_agent)}::text[],
      ${events.map(({ playback_time }) => playback_time)}::float8[],
      '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}') as outcome`
  if (row.outcome.status !== 'applied') throw new Error(`was not applied: ${row.outcome.status}`)
  const { counted, duplicates } = row.outcome.slices[0]!
  return { counted, duplicates }
}
