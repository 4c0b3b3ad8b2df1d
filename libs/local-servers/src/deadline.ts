import { setTimeout as pause } from 'node:timers/promises'

/** Tries again until `attempt` does not throw; after `ms` milliseconds its last error is thrown. */
export async function retryFor<T>(ms: number, attempt: () => Promise<T>): Promise<T> {
  const deadline = performance.now() + ms
  for (;;) {
    try {
      return await attempt()
    } catch (error) {
      if (error instanceof Fatal) throw error.cause
      if (performance.now() > deadline) throw error
      await pause(25)
    }
  }
}

/** Thrown by an attempt when trying again makes no sense: the server has exited. */
export class Fatal extends Error {
  constructor(cause: Error) {
    super(cause.message, { cause })
  }
}

/** True when the promise settled within `ms` milliseconds. */
export async function within(ms: number, promise: Promise<unknown>): Promise<boolean> {
  const timer = new AbortController()
  const late = pause(ms, false, { signal: timer.signal }).catch(() => false)
  const done = await Promise.race([
    promise.then(
      () => true,
      () => true,
    ),
    late,
  ])
  timer.abort()
  return done
}
