const longestMs = 1000
const { promise: answered, resolve } = Promise.withResolvers<void>()
setTimeout(resolve, longestMs)

/** Called when the first answer has come. */
export const hasAnswer = resolve

/** Does what can wait until the page shows its first answer. */
export function whenIdle(work: () => void): void {
  void answered.then(() => {
    // Safari has none
    if (typeof requestIdleCallback === 'function') requestIdleCallback(work, { timeout: longestMs })
    else setTimeout(work, 0)
  })
}
