import { AdsTrackerError } from './errors.ts'
import type { Http } from './http.ts'
import { readStream } from './read-stream.ts'
import { pause, unknownOutcome } from './retry.ts'
import { type ServerSentEvent, serverSentEvents } from './server-sent-events.ts'
import type { AdStats, LiveAnalytics, LiveMessage } from './types.ts'

interface LiveOptions {
  signal?: AbortSignal | undefined
  /** Milliseconds: a `Retry-After` beyond this is an error. */
  maxRetryAfterMs: number
}

// The server writes a comment every 15 s.
const silentMs = 45_000
const firstWaitMs = 500
const longestWaitMs = 30_000

/**
 * The numbers of all time whenever they move. Comes back by itself, for as long as there is hope, and goes on where it was.
 * @throws AdsTrackerError when coming back cannot help, such as for a key that was revoked
 */
export async function* live(
  http: Http,
  { signal, maxRetryAfterMs }: LiveOptions,
): AsyncGenerator<LiveAnalytics, void, undefined> {
  let lastEventId: string | undefined
  let rows: AdStats[] = []
  let failures = 0
  let retryMs = firstWaitMs
  for (;;) {
    let askedMs = 0
    try {
      for await (const { id, data, retry } of events(http, lastEventId, signal)) {
        if (retry !== undefined) retryMs = retry
        if (data === undefined) continue
        const message = messageOf(data)
        rows = message.type === 'snapshot' ? message.rows : merged(rows, message.rows)
        lastEventId = id ?? lastEventId
        failures = 0
        yield analyticsOf(message, rows)
      }
    } catch (error) {
      if (!(error instanceof AdsTrackerError) || !unknownOutcome.includes(error.code)) throw error
      askedMs = error.retryAfterMs ?? 0
      if (askedMs > maxRetryAfterMs) throw error
    }
    // clients that were disconnected at the same time should not reconnect at the same time
    const backoff = Math.min(longestWaitMs, retryMs * 2 ** failures++)
    await pause(askedMs + backoff * (0.5 + Math.random() / 2), signal)
  }
}

async function* events(
  http: Http,
  lastEventId: string | undefined,
  signal?: AbortSignal,
): AsyncGenerator<ServerSentEvent, void, undefined> {
  const header = lastEventId === undefined ? {} : { 'Last-Event-ID': lastEventId }
  const { data } = await http.once(
    (api, signal) => api.GET('/ads/analytics/live', { params: { header }, parseAs: 'stream', signal }),
    signal,
  )
  if (data) yield* serverSentEvents(texts(readStream(data, { signal, silentMs })))
}

async function* texts(parts: AsyncIterable<Uint8Array>): AsyncGenerator<string, void, undefined> {
  const decoder = new TextDecoder()
  for await (const part of parts) yield decoder.decode(part, { stream: true })
}

function messageOf(data: string): LiveMessage {
  try {
    return JSON.parse(data) as LiveMessage
  } catch (cause) {
    throw new AdsTrackerError('invalid_answer', 'A message of the stream is not JSON', { cause })
  }
}

function merged(rows: AdStats[], changed: AdStats[]): AdStats[] {
  if (changed.length === 0) return rows
  const byAd = new Map([...rows, ...changed].map((row) => [row.ad_id, row]))
  return [...byAd.values()].sort((one, other) => one.ad_id - other.ad_id)
}

function analyticsOf(message: LiveMessage, rows: AdStats[]): LiveAnalytics {
  const { as_of, complete_through, ingest_lag_ms, rows: changed } = message
  return {
    rows,
    changed,
    asOf: new Date(as_of),
    ...(complete_through !== null && { completeThrough: new Date(complete_through) }),
    ...(ingest_lag_ms !== null && { ingestLagMs: ingest_lag_ms }),
  }
}
