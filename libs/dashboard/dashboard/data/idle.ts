const longestMs = 1000
const { promise: shown, resolve } = Promise.withResolvers<void>()
setTimeout(resolve, longestMs)

/** Called when the first numbers are painted. */
export const numbersShown = resolve

/** Does what can wait until the page shows its first numbers, or a second when it has none. */
export function whenIdle(work: () => void): void {
  void shown.then(() => {
    // Safari has none
    if (typeof requestIdleCallback === 'function') requestIdleCallback(work, { timeout: longestMs })
    else setTimeout(work, 0)
  })
}
