import { opened } from './database.ts'
import type { Database } from './database.ts'

export interface Counts {
  clicks: number
  impressions: number
  /** clicks / impressions; 0 when there are none. */
  ctr: number
}

export interface AdStats extends Counts {
  ad_id: number
}

export interface Freshness {
  /** Everything that was acknowledged before this time is in the numbers; null until every partition was read once. */
  completeThrough: Date | null
  /** Sum of the ledger's offsets: moves whenever an event is counted, dead-lettered or known already. */
  position: bigint
  /** Moves whenever an ad is made, changed or archived. */
  catalogue: bigint
}

export interface Analytics extends Freshness {
  /** One for every ad that is live or has events, ordered by ad. */
  rows: AdStats[]
  /** End of the window, of the database's clock, in milliseconds. */
  asOf: Date
  /** The window is (windowStart, asOf]; null for all time. */
  windowStart: Date | null
  /** Raw events of the first minute are no longer kept: it counts as a whole, from `windowStart` on. */
  rounded: boolean
  /** The first transaction that may be missing: what {@link readAnalyticsChanges} goes on from. */
  seen: string
}

/** The ads whose numbers of all time moved since an answer, with their numbers now; none while its position stands. */
export type AnalyticsChanges = Freshness & Pick<Analytics, 'rows' | 'asOf' | 'seen'>

export interface AnalyticsQuery {
  /** Length of the window; all time when absent. */
  minutes?: number
  adId?: number
  /** End of the window; now when absent. */
  asOf?: Date
}

export interface FreshnessRow {
  complete_through: string | null
  ledger_position: string
  catalogue: string
}

interface Row extends FreshnessRow {
  as_of: string
  window_start: string | null
  rounded: boolean
  seen: string
  ad_ids: string | null
  clicks: string | null
  impressions: string | null
}

/** The numbers, and how fresh they are, all from one snapshot. Events count by their own time, exact to the millisecond. */
export async function readAnalytics(
  database: Database,
  { minutes, adId, asOf }: AnalyticsQuery = {},
): Promise<Analytics> {
  const [row] = await opened(database).sql<[Row]>`
    select *, pg_snapshot_xmin(pg_current_snapshot())::text as seen from analytics_v1(${minutes ?? null}::integer, ${asOf?.toISOString() ?? null}::text::timestamptz)`
  const rows = statsOf(row)
  return {
    rows: adId === undefined ? rows : rows.filter(({ ad_id }) => ad_id === adId),
    asOf: new Date(row.as_of),
    windowStart: row.window_start === null ? null : new Date(row.window_start),
    rounded: row.rounded,
    seen: row.seen,
    ...freshnessOf(row),
  }
}

/** What an answer of all time lacks by now. Ads that came or went are not told: read all again when `catalogue` moves. */
export async function readAnalyticsChanges(
  database: Database,
  since: Pick<Analytics, 'position' | 'seen'>,
): Promise<AnalyticsChanges> {
  const [row] = await opened(database).sql<[Row]>`
    select as_of, complete_through, ledger_position, catalogue, seen::text, ad_ids, clicks, impressions
    from analytics_changes_v1(${String(since.position)}::text::bigint, ${since.seen}::text::xid8)`
  return { rows: statsOf(row), asOf: new Date(row.as_of), seen: row.seen, ...freshnessOf(row) }
}

/** The cheap row that tells whether the numbers of an earlier answer still hold. */
export async function readFreshness(database: Database): Promise<Freshness & { asOf: Date }> {
  const [row] = await opened(database).sql<[Row]>`
    select date_trunc('milliseconds', now()) as as_of, ledger_position, complete_through, version as catalogue
    from ledger_position_v1(), catalogue_version`
  return { asOf: new Date(row.as_of), ...freshnessOf(row) }
}

export async function readLedgerPosition(database: Database): Promise<bigint> {
  return (await readFreshness(database)).position
}

export function freshnessOf({ complete_through, ledger_position, catalogue }: FreshnessRow): Freshness {
  return {
    completeThrough: complete_through === null ? null : new Date(complete_through),
    position: BigInt(ledger_position),
    catalogue: BigInt(catalogue),
  }
}

export function statsOf(row: Pick<Row, 'ad_ids' | 'clicks' | 'impressions'>): AdStats[] {
  const clicks = numbers(row.clicks)
  const impressions = numbers(row.impressions)
  return numbers(row.ad_ids).map((ad_id, index) => ({
    ad_id,
    ...counts(clicks[index] as number, impressions[index] as number),
  }))
}

export function counts(clicks: number, impressions: number): Counts {
  return { clicks, impressions, ctr: impressions === 0 ? 0 : clicks / impressions }
}

// An array as text, because the driver reads one character by character.
export function numbers(array: string | null): number[] {
  return array === null ? [] : (JSON.parse(`[${array.slice(1, -1)}]`) as number[])
}
