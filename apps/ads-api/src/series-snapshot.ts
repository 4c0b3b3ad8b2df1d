import type { Bucket, Series, SeriesUnit } from '@ads-tracker/data'
import { csvOf } from './csv.ts'
import { freshnessHeaders } from './freshness-headers.ts'
import { type Payload, payloadOf } from './payload.ts'
import { pairs } from './series-pairs.ts'
import type { TableFormat } from './table-format.ts'

/** A series with its response; each format is serialized when it is first requested. */
export interface SeriesSnapshot {
  headers: Record<string, string>
  payloads: Partial<Record<TableFormat, Payload>>
  /** Payloads of the previous snapshot, reused if the bytes are the same. */
  previous: Partial<Record<TableFormat, Payload>>
  series: Series
  unit: SeriesUnit
  compare: boolean
}

export function toSeriesSnapshot(
  series: Series,
  { unit, compare = false }: { unit: SeriesUnit; compare?: boolean | undefined },
  before?: SeriesSnapshot,
): SeriesSnapshot {
  const headers = freshnessHeaders({ ...series, windowStart: series.from, windowEnd: series.to })
  return { headers, payloads: {}, previous: before?.payloads ?? {}, series, unit, compare }
}

export function payloadIn(snapshot: SeriesSnapshot, format: TableFormat): Payload {
  const write = format === 'csv' ? csv : json
  return (snapshot.payloads[format] ??= payloadOf(write(snapshot), snapshot.previous[format]))
}

function json({ series, unit, compare }: SeriesSnapshot): string {
  const partners = compare ? pairs(series, unit) : []
  const rows = series.buckets.map(({ ad_id, ...bucket }, index) => ({
    ...(ad_id !== undefined && { ad_id }),
    ...bodyOf(bucket),
    ...(compare && { previous: partners[index] ? bodyOf(partners[index]) : null }),
  }))
  return JSON.stringify(rows)
}

function csv({ series, unit, compare }: SeriesSnapshot): string {
  const partners = compare ? pairs(series, unit) : []
  const isByAd = series.buckets[0]?.ad_id !== undefined
  const columns = [
    ...(isByAd ? (['ad_id'] as const) : []),
    ...(['start', 'clicks', 'impressions', 'ctr'] as const),
    ...(compare ? (['previous_start', 'previous_clicks', 'previous_impressions', 'previous_ctr'] as const) : []),
  ]
  const rows = series.buckets.map(({ ad_id, ...bucket }, index) => {
    const partner = partners[index] ? bodyOf(partners[index]) : undefined
    return {
      ad_id,
      ...bodyOf(bucket),
      previous_start: partner?.start,
      previous_clicks: partner?.clicks,
      previous_impressions: partner?.impressions,
      previous_ctr: partner?.ctr,
    }
  })
  return csvOf(columns, rows)
}

function bodyOf({ start, offset, clicks, impressions, ctr }: Bucket) {
  return { start: localTime(start, offset), clicks, impressions, ctr }
}

/** RFC 3339 with the offset of the time zone at that time; with milliseconds only if they are not 0. */
function localTime(time: Date, offsetSeconds: number): string {
  const local = new Date(time.getTime() + offsetSeconds * 1000).toISOString()
  const minutes = Math.abs(Math.trunc(offsetSeconds / 60))
  const two = (number: number) => String(number).padStart(2, '0')
  const text = local.endsWith('.000Z') ? local.slice(0, 19) : local.slice(0, -1)
  return `${text}${offsetSeconds < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`
}
