export interface PreparedOptions<T> {
  /** Brings the value, given the one before. */
  load: (previous: T | undefined) => Promise<T>
  /** Milliseconds: what `get` gives was asked for at most so long before the call. */
  maxAgeMs: number
  /** Milliseconds between two loads while there are readers, at most; fewer when loading is slow. */
  restMs: number | (() => number)
  /** Where loading is slow, values may grow up to so old rather than be loaded for more than a part of the time; `maxAgeMs` when absent. */
  oldestMs?: number
  /** Milliseconds after the last read at which loading stops. */
  idleMs?: number
  /** Milliseconds on any steady clock. */
  now?: () => number
}

export interface Prepared<T> {
  /** The value when a fresh one is at hand, else a promise of one; any number of callers share a load. */
  get(): T | Promise<T>
  stop(): void
}

const manyReads = 10
/** Part of the time that loading takes at most while values may still grow older. */
const loadShare = 0.2

interface Flight<T> {
  since: number
  value: Promise<T>
}

/** Keeps a value fresh in the background while it is read, so that readers neither wait for it nor cause a load each. */
export function createPrepared<T>({
  load,
  maxAgeMs,
  restMs,
  oldestMs = maxAgeMs,
  idleMs = 100,
  now = () => performance.now(),
}: PreparedOptions<T>): Prepared<T> {
  let ready: { value: T; since: number } | undefined
  let flight: Flight<T> | undefined
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
    if (ready && lastRead - ready.since <= age) return ready.value
    if (flight && lastRead - flight.since <= age) return flight.value
    if (!flight) return start()
    return (next ??= flight.value.then(start, start))
  }

  // A load may take longer than the age allows: who comes after its start waits for the one that follows.
  function start(): Promise<T> {
    clearTimeout(timer)
    next = undefined
    reads = 0
    const since = now()
    const value = load(ready?.value)
      .then((loaded) => (ready = { value: loaded, since }).value)
      .finally(() => land(now() - since))
    flight = { since, value }
    return value
  }

  function land(tookMs: number) {
    flight = undefined
    age = Math.min(Math.max(maxAgeMs, tookMs / loadShare + tookMs), oldestMs)
    if (stopped || next || now() - lastRead > idleMs) return
    // The next one has to be there before this one is too old.
    const rest = Math.min(age > maxAgeMs ? tookMs / loadShare - tookMs : restOf(), age - 2 * tookMs - 1)
    // Where that cannot be, a load after the other still spares many readers most of the wait; a few cause what loads they need.
    if (rest > 0 || (reads >= manyReads && tookMs < age)) timer = setTimeout(refresh, rest).unref()
  }

  function restOf(): number {
    return typeof restMs === 'number' ? restMs : restMs()
  }

  function refresh() {
    if (!flight) start().catch(() => {})
  }

  function stop() {
    stopped = true
    clearTimeout(timer)
  }
}
