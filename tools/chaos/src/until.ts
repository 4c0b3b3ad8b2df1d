import { setTimeout as pause } from 'node:timers/promises'

/** Thrown when the system did not do what it promises. */
class Violation extends Error {}

interface Patience {
  /** Milliseconds. */
  within: number
  every?: number
}

/**
 * Asks until `check` gives something that is neither undefined nor false, and returns that. A check that throws is asked again.
 * @throws Violation when the time is over
 */
export async function until<T>(
  what: string,
  check: () => Promise<T> | T,
  { within, every = 20 }: Patience,
): Promise<Exclude<T, undefined | false>> {
  const deadline = performance.now() + within
  let last: unknown
  for (;;) {
    try {
      const found = await check()
      if (found !== undefined && found !== false) return found as Exclude<T, undefined | false>
    } catch (error) {
      last = error
    }
    if (performance.now() > deadline) throw new Violation(`${what}: not within ${within / 1000} s`, { cause: last })
    await pause(every)
  }
}
