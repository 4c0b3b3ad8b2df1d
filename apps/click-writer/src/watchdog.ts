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
 * that it needs is there. A clean process with empty hands is the cure.
 * @throws Error when that is so
 */
export async function watch({ sinceProgress, sinceLastTurn, checks, limitMs }: WatchdogDeps): Promise<void> {
  const stalled = sinceProgress() > limitMs ? 'nothing was stored' : sinceLastTurn() > limitMs ? 'the reading loop stands still' : undefined
  if (stalled === undefined) return
  const healthy = await Promise.allSettled(checks.map((check) => check()))
  if (healthy.every(({ status }) => status === 'fulfilled')) throw new Error(`${stalled} for ${limitMs / 1000} s although all dependencies are up`)
}
