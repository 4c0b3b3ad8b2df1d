import { AdsTrackerError, type ErrorCode } from './errors.ts'

export interface RetryPolicy {
  /** How often a call is sent again. */
  retries: number
  /** Milliseconds: the longest `Retry-After` that is waited for. */
  maxRetryAfterMs: number
}

/** Nothing was carried out, so that anything may be sent again. */
export const notCarriedOut: ErrorCode[] = ['rate_limited', 'overloaded']
/** It may have been carried out: only for what may happen twice, or has an id that makes it happen once. */
export const unknownOutcome: ErrorCode[] = [
  ...notCarriedOut,
  'outcome_unknown',
  'unavailable',
  'bad_gateway',
  'request_timeout',
  'connection_lost',
  'timeout',
]

const firstWaitMs = 200
const longestWaitMs = 5000

/**
 * Calls `send` until it succeeds, fails for good or has been tried often enough. Waits as long as the server asks, and a
 * random time more, so that clients who failed together do not come back together.
 */
export async function withRetries<T>(
  send: () => Promise<T>,
  { retries, maxRetryAfterMs }: RetryPolicy,
  codes: ErrorCode[],
  signal?: AbortSignal,
): Promise<T> {
  for (let failures = 0; ; failures++) {
    try {
      return await send()
    } catch (error) {
      if (!(error instanceof AdsTrackerError) || !codes.includes(error.code)) throw error
      const { retryAfterMs = 0 } = error
      if (failures >= retries || retryAfterMs > maxRetryAfterMs) throw error
      await pause(retryAfterMs + Math.random() * Math.min(longestWaitMs, firstWaitMs * 2 ** failures), signal)
    }
  }
}

/** Resolves after `ms`; rejects with the signal's reason when it comes first. */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(done, ms)
    signal?.addEventListener('abort', stop)
    if (signal?.aborted) stop()

    function done() {
      signal?.removeEventListener('abort', stop)
      resolve()
    }
    function stop() {
      clearTimeout(timer)
      reject(signal?.reason as Error)
    }
  })
}
