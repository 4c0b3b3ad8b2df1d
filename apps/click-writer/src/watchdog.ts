interface WatchdogDeps {
  /** Milliseconds since something was stored, 0 while there is nothing to store. */
  sinceProgress: () => number
  sinceLastPoll: () => number
  /** Each rejects while its dependency is down, which is no reason to exit. */
  checks: (() => Promise<void>)[]
  limitMs: number
}

/**
 * Detects a process that makes no progress: batches are waiting, or the consumer has not polled, although all
 * dependencies have been available. The caller exits, so that the supervisor restarts the process.
 * @returns a function to call every few seconds; it throws when no progress was made for `limitMs`
 */
export function createWatchdog({ sinceProgress, sinceLastPoll, checks, limitMs }: WatchdogDeps): () => Promise<void> {
  let outageAt = -Infinity
  return async function watch() {
    const stalled = Math.max(sinceProgress(), sinceLastPoll())
    // too early to exit, so the dependencies need not be checked yet
    if (stalled < limitMs / 4) return
    const states = await Promise.allSettled(checks.map((check) => check()))
    if (states.some(({ status }) => status === 'rejected')) outageAt = performance.now()
    if (Math.min(stalled, performance.now() - outageAt) <= limitMs) return
    const what = sinceProgress() > limitMs ? 'nothing was stored' : 'the consumer has not polled'
    throw new Error(`${what} for ${limitMs / 1000} s although all dependencies are up`)
  }
}
