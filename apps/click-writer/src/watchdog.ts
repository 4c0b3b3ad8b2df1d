interface WatchdogDeps {
  /** Milliseconds since something was stored, 0 while there is nothing to store. */
  sinceProgress: () => number
  sinceLastTurn: () => number
  /** Reject while a dependency is down: its outage is not a reason to exit. */
  checks: (() => Promise<void>)[]
  limitMs: number
}

/**
 * Ends a process that looks alive and does nothing: work waits, or the reading loop stands still, although everything
 * that it needs has been there all the time. A clean process with empty hands is the cure.
 * @returns what to call every few seconds; it throws when that is so
 */
export function createWatchdog({ sinceProgress, sinceLastTurn, checks, limitMs }: WatchdogDeps): () => Promise<void> {
  let outageAt = -Infinity
  return async function watch() {
    const stalled = Math.max(sinceProgress(), sinceLastTurn())
    // an outage that ends before this leaves enough of the limit
    if (stalled < limitMs / 4) return
    const states = await Promise.allSettled(checks.map((check) => check()))
    if (states.some(({ status }) => status === 'rejected')) outageAt = performance.now()
    if (Math.min(stalled, performance.now() - outageAt) <= limitMs) return
    const what = sinceProgress() > limitMs ? 'nothing was stored' : 'the reading loop stands still'
    throw new Error(`${what} for ${limitMs / 1000} s although all dependencies are up`)
  }
}
