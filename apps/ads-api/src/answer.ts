import type { AdStats, Analytics, AnalyticsChanges } from '@ads-tracker/data'
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

/** The answer with other numbers for some of its ads; undefined when it lacks one of them. */
export function merged(answer: Answer, { rows: changed, ...freshness }: AnalyticsChanges): Answer | undefined {
  const rows = [...answer.rows]
  const texts = [...answer.texts]
  for (const stats of changed) {
    const index = indexOf(rows, stats.ad_id)
    if (index < 0) return undefined
    rows[index] = stats
    texts[index] = text(stats)
  }
  return assembled({ ...answer, ...freshness, rows }, texts, answer)
}

/** The same numbers, known to hold at a later time. */
export function confirmed(
  answer: Answer,
  { asOf, completeThrough, seen }: Pick<Analytics, 'asOf' | 'completeThrough' | 'seen'>,
): Answer {
  const analytics = { ...answer, asOf, completeThrough, seen }
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
