import { type AdStats, type Analytics, type AnalyticsChanges, counts } from '@ads-tracker/data'
import { freshnessHeaders } from './freshness-headers.ts'
import { type Payload, payloadOf } from './payload.ts'

/** Numbers of ads: of all time, of a window up to now, or of a period, which has an end of its own. */
type Numbers = Analytics & { windowEnd?: Date }

/** Numbers of one moment with their response, serialized once for any number of readers. */
export interface Snapshot extends Analytics {
  windowEnd?: Date
  /** JSON of each row. */
  texts: string[]
  payload: Payload
  headers: Record<string, string>
}

/** Reuses the payload of `previous` if the numbers are the same. */
export function toSnapshot(analytics: Numbers, previous?: Snapshot): Snapshot {
  return serialized(analytics, analytics.rows.map(text), previous)
}

/** The snapshot plus what was counted since; undefined if one of these ads is not in it. */
export function merged(
  snapshot: Snapshot,
  { added, asOf, feed, position, completeThrough }: AnalyticsChanges,
): Snapshot | undefined {
  const rows = [...snapshot.rows]
  const texts = [...snapshot.texts]
  for (const { ad_id, clicks, impressions } of added) {
    const index = indexOf(rows, ad_id)
    const before = rows[index]
    if (before === undefined) return undefined
    const after = { ad_id, ...counts(before.clicks + clicks, before.impressions + impressions) }
    rows[index] = after
    texts[index] = text(after)
  }
  return serialized({ ...snapshot, asOf, feed, position, completeThrough, rows }, texts, snapshot)
}

/** The same numbers with a later time. */
export function confirmed(
  snapshot: Snapshot,
  { asOf, completeThrough }: Pick<Analytics, 'asOf' | 'completeThrough'>,
): Snapshot {
  const analytics = { ...snapshot, asOf, completeThrough }
  return { ...analytics, headers: { ...freshnessHeaders(analytics), etag: snapshot.payload.etag } }
}

function serialized(analytics: Numbers, texts: string[], previous?: Snapshot): Snapshot {
  const payload = payloadOf(`[${texts.join(',')}]`, previous?.payload)
  return { ...analytics, texts, payload, headers: { ...freshnessHeaders(analytics), etag: payload.etag } }
}

function text({ ad_id, clicks, ctr, impressions }: AdStats): string {
  return `{"ad_id":${ad_id},"clicks":${clicks},"ctr":${ctr},"impressions":${impressions}}`
}

// Rows are ordered by ad; -1 when there is none.
function indexOf(rows: AdStats[], adId: number): number {
  let low = 0
  let high = rows.length - 1
  while (low <= high) {
    const middle = (low + high) >> 1
    const found = rows[middle]!.ad_id
    if (found === adId) return middle
    if (found < adId) low = middle + 1
    else high = middle - 1
  }
  return -1
}
