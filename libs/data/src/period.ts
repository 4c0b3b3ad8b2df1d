import { type AdStats, type Freshness, type FreshnessRow, freshnessOf, statsOf } from './analytics.ts'
import { codeOf } from './classify-error.ts'
import { opened } from './database.ts'
import type { Database } from './database.ts'
import { NoLongerKeptError } from './errors.ts'

export interface PeriodQuery {
  from: Date
  /** Not counted any more; now when absent. */
  to?: Date | undefined
  /** All ads when absent. */
  adIds?: number[] | undefined
}

/** What was answered: [from, to), by the clock of the database. */
export interface Period extends Freshness {
  from: Date
  to: Date
  /** `from` or `to` were moved to whole minutes, because raw events of their time are no longer kept. */
  rounded: boolean
  asOf: Date
}

export interface PeriodAnalytics extends Period {
  /** One for each of the ads that is live or has events, ordered by ad. */
  rows: AdStats[]
}

export interface PeriodRow extends FreshnessRow {
  low: string
  high: string
  rounded: boolean
  as_of: string
}

/**
 * The numbers of a period, exact to the millisecond while raw events are kept, and how fresh they are, from one snapshot.
 * @throws NoLongerKeptError
 */
export async function readPeriod(database: Database, { from, to, adIds }: PeriodQuery): Promise<PeriodAnalytics> {
  const [row] = await opened(database).sql<
    [PeriodRow & { ad_ids: string | null; clicks: string | null; impressions: string | null }]
  >`select * from period_v1(${timeText(from)}::text::timestamptz, ${timeText(to)}::text::timestamptz, ${arrayText(adIds)}::text::integer[])`.catch(
    throwNoLongerKept,
  )
  return { ...periodOf(row), rows: statsOf(row) }
}

/** @throws NoLongerKeptError for what require_kept_v1 raises, else the error itself */
export function throwNoLongerKept(error: { detail: 'minute' | 'hour'; hint: string }): never {
  throw codeOf(error) === 'AT002' ? new NoLongerKeptError(error.detail, error.hint, error) : error
}

export function periodOf(row: PeriodRow): Period {
  return {
    from: new Date(row.low),
    to: new Date(row.high),
    rounded: row.rounded,
    asOf: new Date(row.as_of),
    ...freshnessOf(row),
  }
}

export function timeText(time: Date | undefined): string | null {
  return time?.toISOString() ?? null
}

export function arrayText(ids: number[] | undefined): string | null {
  return ids ? `{${ids.join(',')}}` : null
}
