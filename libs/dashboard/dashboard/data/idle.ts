const longestMs = 1000

/** Does what can wait until the page has shown what it was asked for. */
export function whenIdle(work: () => void): void {
  // Safari has none
  if (typeof requestIdleCallback === 'function') requestIdleCallback(work, { timeout: longestMs })
  else setTimeout(work, longestMs)
}
