export interface CachedValueOptions<T> {
  /** Loads the value, given the previous one. */
  load: (previous: T | undefined) => Promise<T>
  /** Milliseconds: the load of a value that `get` returns began at most this long before the call. */
  maxAgeMs: number
  /** Longest pause between two loads in milliseconds, while there are readers; shorter when loading is slow. */
  restMs: number | (() => number)
  /** When loading is slow, values may become this old, so that loading takes only a part of the time; `maxAgeMs` by default. */
  oldestMs?: number
  /** Loading stops this many milliseconds after the last read. */
  idleMs?: number
  /** Monotonic clock in milliseconds. */
  now?: () => number
}

export interface CachedValue<T> {
  /** The value if a fresh one is cached, otherwise a promise; all callers share one load. */
  get(): T | Promise<T>
  stop(): void
}

const manyReads = 10
/** Loading takes at most this part of the time, as long as values may still become older. */
const loadShare = 0.2

interface Load<T> {
  since: number
  value: Promise<T>
}

/** Refreshes a value in the background while it is read, so that readers neither wait nor cause a load each. */
export function createCachedValue<T>({
  load,
  maxAgeMs,
  restMs,
  oldestMs = maxAgeMs,
  idleMs = 100,
  now = () => performance.now(),
}: CachedValueOptions<T>): CachedValue<T> {
  let cached: { value: T; since: number } | undefined
  let loading: Load<T> | undefined
  let next: Promise<T> | undefined
  let lastRead = -Infinity
  let reads = 0
  let age = maxAgeMs
  let timer: NodeJS.Timeout | undefined
  let stopped = false
  return { get, stop }

  function get(): T | Promise<T> {
    lastRead = now()
    reads++
    if (cached && lastRead - cached.since <= age) return cached.value
    if (loading && lastRead - loading.since <= age) return loading.value
    if (!loading) return start()
    return (next ??= loading.value.then(start, start))
  }

  // If a load takes longer than the maximum age, later callers wait for the next load.
  function start(): Promise<T> {
    clearTimeout(timer)
    next = undefined
    reads = 0
    const since = now()
    const value = load(cached?.value)
      .then((loaded) => (cached = { value: loaded, since }).value)
      .finally(() => scheduleNext(now() - since))
    loading = { since, value }
    return value
  }

  function scheduleNext(tookMs: number) {
    loading = undefined
    age = Math.min(Math.max(maxAgeMs, tookMs / loadShare + tookMs), oldestMs)
    if (stopped || next || now() - lastRead > idleMs) return
    // The next load has to end before this value is too old.
    const rest = Math.min(age > maxAgeMs ? tookMs / loadShare - tookMs : restOf(), age - 2 * tookMs - 1)
    // If that is not possible, loading without a pause still shortens the wait of many readers; a few readers cause their own loads.
    if (rest > 0 || (reads >= manyReads && tookMs < age)) timer = setTimeout(refresh, rest).unref()
  }

  function restOf(): number {
    return typeof restMs === 'number' ? restMs : restMs()
  }

  function refresh() {
    if (!loading) start().catch(() => {})
  }

  function stop() {
    stopped = true
    clearTimeout(timer)
  }
}
