import type { Analytics, AnalyticsChanges, AnalyticsQuery } from '@ads-tracker/data'
import { type Snapshot, toSnapshot, confirmed, merged } from './snapshot.ts'
import { createCache } from './cache.ts'
import { createCachedValue } from './cached-value.ts'

/** Nothing changed; some ads changed; everything was read again. */
export type Refresh = 'confirmed' | 'merged' | 'replaced'

interface SnapshotCacheOptions {
  readAnalytics: (query: AnalyticsQuery) => Promise<Analytics>
  readChanges: (since: Analytics) => Promise<AnalyticsChanges>
  /** Maximum age of the snapshot of all time in milliseconds; twice that for a window, up to 25 times if its query is slow. */
  maxAgeMs: number
  /** Number of cached windows; the least recently read one is evicted first. */
  capacity?: number
  onRefresh?: (kind: 'all_time' | 'window', result: Refresh) => void
}

export interface SnapshotCache {
  /** The snapshot for the last `minutes`, or for all time. */
  get(minutes?: number): Snapshot | Promise<Snapshot>
  /** Whether this window is cached, so that reading it causes no extra query. */
  isRead(minutes?: number): boolean
  close(): void
}

// A repair of rollups changes numbers without moving the ledger: it is visible after this time.
const trustPositionMs = 1000
const pollMs = 2
/** After this many polls without a change the database is polled as rarely as `maxAgeMs` allows. */
const quietAfter = 50

/** A snapshot for all time, and one for each length of window that is being read. */
export function createSnapshotCache({
  readAnalytics,
  readChanges,
  maxAgeMs,
  capacity = 32,
  onRefresh = () => {},
}: SnapshotCacheOptions): SnapshotCache {
  let unchanged = 0
  const allTime = createCachedValue({
    load: loadAllTime,
    maxAgeMs,
    restMs: () => (unchanged < quietAfter ? pollMs : maxAgeMs),
  })
  const windows = createCache<Snapshot>(windowAges(maxAgeMs, capacity))
  return { get, isRead, close }

  // A window moves with the clock: an unchanged ledger position does not mean that it is still valid.
  function get(minutes?: number) {
    if (minutes === undefined) return allTime.get()
    return windows.get(String(minutes), (previous) => loadWindow(minutes, previous))
  }

  function isRead(minutes?: number): boolean {
    return minutes === undefined || windows.isRead(String(minutes))
  }

  async function loadAllTime(previous?: Snapshot & { readAt: number }) {
    const changes = previous && (await readChanges(previous))
    if (
      previous &&
      changes &&
      previous.catalogue === changes.catalogue &&
      changes.asOf.getTime() - previous.readAt < trustPositionMs
    ) {
      const isSame = previous.position === changes.position
      const snapshot = isSame ? confirmed(previous, changes) : changes.complete ? merged(previous, changes) : undefined
      if (snapshot) {
        unchanged = isSame ? unchanged + 1 : 0
        onRefresh('all_time', isSame ? 'confirmed' : 'merged')
        return { ...snapshot, readAt: previous.readAt }
      }
    }
    const snapshot = toSnapshot(await readAnalytics({}), previous)
    onRefresh('all_time', 'replaced')
    return { ...snapshot, readAt: snapshot.asOf.getTime() }
  }

  async function loadWindow(minutes: number, previous?: Snapshot) {
    const snapshot = toSnapshot(await readAnalytics({ minutes }), previous)
    onRefresh('window', 'replaced')
    return snapshot
  }

  function close() {
    allTime.stop()
    windows.stop()
  }
}

/** Maximum age of windows, whose query costs more than the one of all time. */
export function windowAges(maxAgeMs: number, capacity: number) {
  return { capacity, maxAgeMs: 2 * maxAgeMs, restMs: 2 * maxAgeMs, oldestMs: 25 * maxAgeMs }
}
