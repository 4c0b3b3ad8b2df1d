import { createCachedValue, type CachedValue, type CachedValueOptions } from './cached-value.ts'

interface Cache<T> {
  /** The value of `key`; `load` is used if it is not cached. */
  get(key: string, load: CachedValueOptions<T>['load']): T | Promise<T>
  /** Whether the key is cached, so that reading it causes no extra load. */
  isRead(key: string): boolean
  stop(): void
}

/** Cached values by key. If there are more than `capacity`, the least recently read one is evicted. */
export function createCache<T>({
  capacity,
  ...options
}: Omit<CachedValueOptions<T>, 'load'> & { capacity: number }): Cache<T> {
  const values = new Map<string, CachedValue<T>>()
  return { get, isRead: (key) => values.has(key), stop }

  function get(key: string, load: CachedValueOptions<T>['load']): T | Promise<T> {
    const value = values.get(key) ?? createCachedValue<T>({ ...options, load })
    values.delete(key)
    values.set(key, value)
    if (values.size > capacity) evictOldest()
    return value.get()
  }

  function evictOldest() {
    const [oldest] = values.keys()
    values.get(oldest!)?.stop()
    values.delete(oldest!)
  }

  function stop() {
    for (const value of values.values()) value.stop()
  }
}
