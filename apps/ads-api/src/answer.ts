import { type AdStats, type Analytics, type AnalyticsChanges, counts } from '@ads-tracker/data'
import { freshnessHeaders } from './freshness-headers.ts'
import { type Payload, payloadOf } from './payload.ts'

/** Numbers of ads: of all time, of a window up to now, or of a period, which has an end of its own. */
export type Numbers = Analytics & { windowEnd?: Date }

/** Analytics as they go over the wire, made once for any number of readers. */
export interface Answer extends Analytics {
  windowEnd?: Date
  /** The text of each row. */
  texts: string[]
  payload: Payload
  headers: Record<string, string>
}

/** `previous` lends its buffers when the numbers are still the same. */
export function answerOf(analytics: Numbers, previous?: Answer): Answer {
  return assembled(analytics, analytics.rows.map(text), previous)
}

/** The answer with what was counted since; undefined when it lacks one of these ads. */
export function merged(
  answer: Answer,
  { added, asOf, feed, position, completeThrough }: AnalyticsChanges,
): Answer | undefined {
  const rows = [...answer.rows]
  const texts = [...answer.texts]
  for (const { ad_id, clicks, impressions } of added) {
    const index = indexOf(rows, ad_id)
    const before = rows[index]
    if (before === undefined) return undefined
    const after = { ad_id, ...counts(before.clicks + clicks, before.impressions + impressions) }
    rows[index] = after
    texts[index] = text(after)
  }
  return assembled({ ...answer, asOf, feed, position, completeThrough, rows }, texts, answer)
}

/** The same numbers, known to hold at a later time. */
export function confirmed(
  answer: Answer,
  { asOf, completeThrough }: Pick<Analytics, 'asOf' | 'completeThrough'>,
): Answer {
  const analytics = { ...answer, asOf, completeThrough }
  return { ...analytics, headers: { ...freshnessHeaders(analytics), etag: answer.payload.etag } }
}

function assembled(analytics: Numbers, texts: string[], previous?: Answer): Answer {
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
