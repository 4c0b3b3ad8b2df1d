import { setTimeout as pause } from 'node:timers/promises'
import type { Server } from '@ads-tracker/local-servers'

export interface Supervised {
  /** Ends it for good: gracefully for at most `patience` ms. */
  stop(patience: number): Promise<void>
}

interface Options<T extends Server> {
  name: string
  start: () => Promise<T>
  /** How it ended, for the line that says so. */
  ending?: (server: T) => string
  say: (line: string) => void
  /** ms to wait before the first new start; doubled each time, up to `most`, until one has lived for `most`. */
  first?: number
  most?: number
}

/** Watches a running server and starts it again whenever it ends. */
export function supervise<T extends Server>(running: T, options: Options<T>): Supervised {
  const { name, start, ending = () => 'ended', say, first = 250, most = 10_000 } = options
  const stopping = new AbortController()
  let current: T | undefined = running
  const watching = watch()

  return { stop }

  async function watch() {
    let delay = first
    while (current) {
      const since = performance.now()
      await current.exited
      if (stopping.signal.aborted) return
      if (performance.now() - since > most) delay = first
      const how = ending(current)
      current = undefined
      while (!current && !stopping.signal.aborted) {
        say(`${name} ${how}: starting it again in ${delay / 1000} s`)
        await pause(delay, undefined, { signal: stopping.signal }).catch(() => {})
        delay = Math.min(2 * delay, most)
        if (!stopping.signal.aborted)
          current = await start().catch((error: Error) => void say(`${name} did not start: ${error.message}`))
      }
    }
  }

  async function stop(patience: number) {
    stopping.abort()
    await current?.stop(patience)
    // One that was just being started is there by now, or not at all.
    await watching
    await current?.stop(patience)
  }
}
