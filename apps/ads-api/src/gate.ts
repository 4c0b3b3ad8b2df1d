import { problem } from '@ads-tracker/service-kit'

interface GateOptions {
  /** Calls that run at once. */
  running: number
  /** Calls that may wait; one more is rejected. */
  waiting: number
  /** Longest wait of a call in milliseconds. */
  waitMs: number
}

interface Waiter {
  enter(): void
  timer: NodeJS.Timeout
}

/**
 * Limits the concurrent calls to a resource. A call beyond the limits rejects with the problem `overloaded` at once, so that
 * memory and latency stay bounded.
 */
export function createGate({ running, waiting, waitMs }: GateOptions) {
  let active = 0
  const queue = new Set<Waiter>()
  return async function pass<T>(work: () => Promise<T>): Promise<T> {
    if (active >= running) await turn()
    else active++
    try {
      return await work()
    } finally {
      leave()
    }
  }

  function turn(): Promise<void> {
    if (queue.size >= waiting) throw overloaded()
    return new Promise((resolve, reject) => {
      const waiter: Waiter = { enter: resolve, timer: setTimeout(giveUp, waitMs) }
      queue.add(waiter)

      function giveUp() {
        queue.delete(waiter)
        reject(overloaded())
      }
    })
  }

  // The next waiter takes over directly, so that no new call can overtake it.
  function leave() {
    const [next] = queue
    if (!next) return void active--
    clearTimeout(next.timer)
    queue.delete(next)
    next.enter()
  }
}

function overloaded() {
  return problem('overloaded', { detail: 'Too many requests are waiting for the database' })
}
