import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import { type AdStats, type Analytics, type AnalyticsChanges, stats } from '@ads-tracker/data'

export type Encoding = 'br' | 'gzip'

/** Analytics as they go over the wire, made once for any number of readers. */
export interface Answer extends Analytics {
  /** The text of each row. */
  texts: string[]
  payload: Payload
  headers: Record<string, string>
}

interface Payload {
  body: Buffer
  etag: string
  encoded: Partial<Record<Encoding, Promise<Buffer>>>
}

// Below this, the reader's time to unpack and ours to pack are worth more than the bytes.
const worthPacking = 4096
const quick = { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } }
const packers: Record<Encoding, (body: Buffer) => Promise<Buffer>> = {
  br: (body) => promisify(brotliCompress)(body, quick),
  gzip: (body) => promisify(gzip)(body, { level: 1 }),
}

/** `previous` lends its buffers when the numbers are still the same. */
export function answerOf(analytics: Analytics, previous?: Answer): Answer {
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
    const after = stats({ ad_id, clicks: before.clicks + clicks, impressions: before.impressions + impressions })
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

/** The part of an answer that is about one ad. */
export function cut(answer: Answer, adId: number): Answer {
  return answerOf({ ...answer, rows: answer.rows.filter(({ ad_id }) => ad_id === adId) })
}

/** The body packed, or undefined when that does not pay. Packed once, by the first who asks. */
export function packed({ body, encoded }: Payload, encoding: Encoding): Promise<Buffer> | undefined {
  return body.length < worthPacking ? undefined : (encoded[encoding] ??= packers[encoding](body))
}

function assembled(analytics: Analytics, texts: string[], previous?: Answer): Answer {
  const body = Buffer.from(`[${texts.join(',')}]`)
  const payload = previous?.payload.body.equals(body) ? previous.payload : payloadOf(body)
  return { ...analytics, texts, payload, headers: { ...freshnessHeaders(analytics), etag: payload.etag } }
}

// Weak: the same numbers have the same tag, however they are packed.
function payloadOf(body: Buffer): Payload {
  return { body, etag: `W/"${createHash('sha1').update(body).digest('base64url')}"`, encoded: {} }
}

function freshnessHeaders({
  asOf,
  completeThrough,
  windowStart,
}: Pick<Analytics, 'asOf' | 'completeThrough' | 'windowStart'>) {
  return {
    'x-as-of': asOf.toISOString(),
    ...(windowStart && { 'x-window-start': windowStart.toISOString() }),
    ...(completeThrough && {
      'x-complete-through': completeThrough.toISOString(),
      'x-ingest-lag-ms': String(Math.max(0, asOf.getTime() - completeThrough.getTime())),
    }),
  }
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
