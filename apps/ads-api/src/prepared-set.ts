import { createPrepared, type Prepared, type PreparedOptions } from './prepared.ts'

export interface PreparedSet<T> {
  /** The value of `key`; `load` reads it when it was not asked for recently. */
  get(key: string, load: PreparedOptions<T>['load']): T | Promise<T>
  /** Whether this one was read recently, so that another reader costs no extra load. */
  isRead(key: string): boolean
  stop(): void
}

/** Prepared values by key. The least recently read goes first when there are more than `capacity`. */
export function createPreparedSet<T>({
  capacity,
  ...options
}: Omit<PreparedOptions<T>, 'load'> & { capacity: number }): PreparedSet<T> {
  const kept = new Map<string, Prepared<T>>()
  return { get, isRead: (key) => kept.has(key), stop }

  function get(key: string, load: PreparedOptions<T>['load']): T | Promise<T> {
    const prepared = kept.get(key) ?? createPrepared<T>({ ...options, load })
    kept.delete(key)
    kept.set(key, prepared)
    if (kept.size > capacity) forgetOldest()
    return prepared.get()
  }

  function forgetOldest() {
    const [oldest] = kept.keys()
    kept.get(oldest!)?.stop()
    kept.delete(oldest!)
  }

  function stop() {
    for (const prepared of kept.values()) prepared.stop()
  }
}
