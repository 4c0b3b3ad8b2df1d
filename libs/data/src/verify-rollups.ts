import { opened } from './database.ts'
import type { Database } from './database.ts'

const minute = 60_000

export interface Difference {
  /** The rollup level that differs: minutes are compared with raw events, hours with minutes, days with hours, totals with days. */
  level: 'minute' | 'hour' | 'day' | 'total'
  ad_id: number
  /** Start of the minute, hour or day; null for a total. */
  at: Date | null
  expected: { clicks: number; impressions: number }
  found: { clicks: number; impressions: number }
}

export interface Verification {
  /** Start of what was compared: raw events before it may have been removed. Null: nothing was removed yet. */
  from: Date | null
  to: Date | null
  differences: Difference[]
}

interface Row {
  level: Difference['level']
  ad_id: number
  at: string | null
  expected_clicks: string
  expected_impressions: string
  clicks: string
  impressions: string
}

/**
 * Compares the rollups with raw events per ad and minute, from `from` up to, not including, `to` (cut to whole minutes; all that is
 * retained by default), and minutes, hours, days and totals with each other, over all time. Writers may run at the same time.
 */
export async function verifyRollups(
  database: Database,
  { from, to }: { from?: Date; to?: Date } = {},
): Promise<Verification> {
  const { sql } = opened(database)
  const retained = await rawCompleteFrom(database)
  const since = later(retained, from && floor(from))
  const until = to && floor(to)
  const rows = await sql<Row[]>`
    select * from verify_rollups_v1(${since?.toISOString() ?? '-infinity'}::text::timestamptz, ${until?.toISOString() ?? 'infinity'}::text::timestamptz)`
  return { from: since, to: until ?? null, differences: rows.map(toDifference) }
}

/**
 * Makes the rollups of a range from raw events again: its minutes, and the hours, days and totals above them. The range is widened
 * to whole minutes. Writers wait meanwhile. Resolves with the number of minute rows.
 * @throws with SQLSTATE 22023 when raw events of the range are no longer complete
 */
export async function rebuildRollups(database: Database, { from, to }: { from: Date; to: Date }): Promise<number> {
  const until = new Date(Math.ceil(to.getTime() / minute) * minute)
  const [row] = await opened(database).sql<[{ rebuilt: number }]>`
    select rebuild_rollups_v1(${floor(from).toISOString()}::text::timestamptz, ${until.toISOString()}::text::timestamptz) as rebuilt`
  return row.rebuilt
}

/** The first minute of which no raw event can have been removed; null when none ever was. */
export async function rawCompleteFrom(database: Database): Promise<Date | null> {
  const [row] = await opened(database).sql<[{ at: string }]>`select raw_complete_from() as at`
  return row.at === '-infinity' ? null : new Date(row.at)
}

function floor(time: Date): Date {
  return new Date(Math.floor(time.getTime() / minute) * minute)
}

function later(a: Date | null, b: Date | undefined): Date | null {
  if (a === null || b === undefined) return a ?? b ?? null
  return a > b ? a : b
}

function toDifference({
  level,
  ad_id,
  at,
  expected_clicks,
  expected_impressions,
  clicks,
  impressions,
}: Row): Difference {
  return {
    level,
    ad_id,
    at: at === null ? null : new Date(at),
    expected: { clicks: Number(expected_clicks), impressions: Number(expected_impressions) },
    found: { clicks: Number(clicks), impressions: Number(impressions) },
  }
}
