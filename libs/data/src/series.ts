import { type Counts, counts, numbers } from './analytics.ts'
import { opened } from './database.ts'
import type { Database } from './database.ts'
import {
  arrayText,
  type Period,
  periodOf,
  type PeriodQuery,
  type PeriodRow,
  throwNoLongerKept,
  timeText,
} from './period.ts'

export const seriesUnits = ['minute', 'hour', 'day', 'week', 'month'] as const
export type SeriesUnit = (typeof seriesUnits)[number]

export interface SeriesQuery extends PeriodQuery {
  unit: SeriesUnit
  /** A name of {@link listTimeZones}. */
  timeZone: string
  /** Buckets of the period directly before, too. */
  compare?: boolean
  byAd?: boolean
  /** Nothing is summed when there are more buckets, or more of them for all ads. */
  maxBuckets: number
  maxRows: number
}

export interface Bucket extends Counts {
  start: Date
  /** Seconds east of UTC, of the zone at `start`. */
  offset: number
}

export interface Series extends Period {
  bucketCount: number
  /** Buckets times ads, where it is by ad. */
  rowCount: number
  /** Oldest first, those without events included; of each ad in turn where it is by ad. Empty when there are too many. */
  buckets: (Bucket & { ad_id?: number })[]
  /** Of the period before, oldest first; empty when that was not asked for. */
  before: Bucket[]
  /** Both periods are whole days or months of the zone. */
  aligned: boolean
}

interface Row extends PeriodRow {
  bucket_count: number
  row_count: string
  before: number
  aligned: boolean
  starts: string | null
  offsets: string | null
  listed: string | null
  buckets: string | null
  ad_ids: string | null
  clicks: string | null
  impressions: string | null
}

/**
 * A period in buckets of a zone. Both, their sums and their freshness come from one snapshot.
 * @throws NoLongerKeptError
 */
export async function readSeries(
  database: Database,
  { unit, from, to, timeZone, adIds, compare = false, byAd = false, maxBuckets, maxRows }: SeriesQuery,
): Promise<Series> {
  const [row] = await opened(database).sql<[Row]>`
    select * from series_v1(
      ${unit}::text, ${timeText(from)}::text::timestamptz, ${timeText(to)}::text::timestamptz, ${timeZone}::text, ${arrayText(adIds)}::text::integer[],
      ${byAd}::boolean, ${compare}::boolean, ${maxBuckets}::integer, ${maxRows}::integer)`.catch(throwNoLongerKept)
  const all = bucketsOf(row, byAd)
  return {
    ...periodOf(row),
    bucketCount: row.bucket_count,
    rowCount: Number(row.row_count),
    buckets: all.slice(row.before),
    before: all.slice(0, row.before),
    aligned: row.aligned,
  }
}

function bucketsOf(row: Row, byAd: boolean): (Bucket & { ad_id?: number })[] {
  const offsets = numbers(row.offsets)
  const edges = numbers(row.starts).map((ms, n) => ({ start: new Date(ms), offset: offsets[n] as number }))
  const [clicks, impressions, adIds] = [numbers(row.clicks), numbers(row.impressions), byAd ? numbers(row.ad_ids) : []]
  const found = new Map(
    numbers(row.buckets).map((bucket, n) => [
      keyOf(bucket, adIds[n]),
      counts(clicks[n] as number, impressions[n] as number),
    ]),
  )
  const bucketOf = (ad_id?: number) => (edge: { start: Date; offset: number }, n: number) => ({
    ...(ad_id !== undefined && { ad_id }),
    ...edge,
    ...(found.get(keyOf(n + 1, ad_id)) ?? nothing),
  })
  return byAd ? numbers(row.listed).flatMap((ad_id) => edges.map(bucketOf(ad_id))) : edges.map(bucketOf())
}

const nothing = counts(0, 0)

// Buckets are few: both fit into one number.
function keyOf(bucket: number, adId = 0): number {
  return adId * 65536 + bucket
}
