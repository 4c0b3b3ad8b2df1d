import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Analytics, AnalyticsQuery, FeedPosition } from '@ads-tracker/data'
import { createSnapshotCache } from '../src/snapshot-cache.ts'
import { analytics } from './fake-app.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

// A database whose clicks, position and marks the test moves.
function database() {
  const state = { clicks: 1, position: 1n, catalogue: 1n, completeThrough: new Date(1000) }
  const now = () => new Date(1_800_000_000_000 + Math.floor(performance.now()))
  const freshness = () => ({
    asOf: now(),
    position: state.position,
    catalogue: state.catalogue,
    completeThrough: state.completeThrough,
    feed: { booked: state.position, highest: Number(state.position), missing: [] } as FeedPosition,
  })
  const row = (clicks: number) => ({ ad_id: 1, clicks, impressions: 0, ctr: 0 })
  return {
    state,
    readChanges: vi.fn(async ({ position, rows: [known] }: Analytics) => ({
      ...freshness(),
      complete: true,
      added: position === state.position ? [] : [{ ad_id: 1, clicks: state.clicks - known!.clicks, impressions: 0 }],
    })),
    readAnalytics: vi.fn(async ({ minutes }: AnalyticsQuery) =>
      analytics({ ...freshness(), rows: [row(minutes ?? state.clicks), { ...row(5), ad_id: 2 }] }),
    ),
  }
}

const clicks = (answer: { rows: { clicks: number }[] }) => answer.rows[0]?.clicks

describe('the snapshot of all time', () => {
  it('is read again when the catalogue moves, and takes over what changed when the ledger does', async () => {
    const { state, ...reads } = database()
    const snapshots = createSnapshotCache({ ...reads, maxAgeMs: 10 })
    await snapshots.get()
    await vi.advanceTimersByTimeAsync(50)
    expect(reads.readChanges.mock.calls.length).toBeGreaterThan(10)
    Object.assign(state, { clicks: 2, position: 2n })
    await vi.advanceTimersByTimeAsync(5)
    const moved = await snapshots.get()
    expect(moved.rows.map((row) => row.clicks)).toEqual([2, 5])
    expect(JSON.parse(moved.payload.body.toString())).toEqual(moved.rows)
    expect(reads.readAnalytics).toHaveBeenCalledTimes(1)
    state.catalogue = 2n
    await vi.advanceTimersByTimeAsync(5)
    expect(reads.readAnalytics).toHaveBeenCalledTimes(2)
    snapshots.close()
  })

  it('asks for what was counted since the deltas that it has seen last', async () => {
    const { state, ...reads } = database()
    const snapshots = createSnapshotCache({ ...reads, maxAgeMs: 10 })
    await snapshots.get()
    Object.assign(state, { clicks: 2, position: 2n })
    await vi.advanceTimersByTimeAsync(8)
    expect(reads.readChanges.mock.lastCall?.[0]).toMatchObject({ position: 2n, feed: { highest: 2 } })
    snapshots.close()
  })

  it('is asked for less often when nothing happens, and is still no older than its bound', async () => {
    const { state, ...reads } = database()
    const snapshots = createSnapshotCache({ ...reads, maxAgeMs: 10 })
    const pollsIn = async (ms: number) => {
      reads.readChanges.mockClear()
      for (let passed = 0; passed < ms; passed++) {
        await snapshots.get()
        await vi.advanceTimersByTimeAsync(1)
      }
      return reads.readChanges.mock.calls.length
    }
    expect(await pollsIn(100)).toBeGreaterThan(30)
    await pollsIn(100)
    expect(await pollsIn(100)).toBeLessThan(15)
    Object.assign(state, { clicks: 2, position: 2n })
    await vi.advanceTimersByTimeAsync(10.1)
    expect(clicks(await snapshots.get())).toBe(2)
    expect(await pollsIn(100)).toBeGreaterThan(30)
    snapshots.close()
  })

  it('is read again when an ad that it does not have was counted', async () => {
    const { state, ...reads } = database()
    const snapshots = createSnapshotCache({ ...reads, maxAgeMs: 10 })
    await snapshots.get()
    state.position = 2n
    reads.readChanges.mockImplementationOnce(async (since) => ({
      ...since,
      completeThrough: state.completeThrough,
      position: 2n,
      complete: true,
      added: [{ ad_id: 3, clicks: 1, impressions: 0 }],
    }))
    await vi.advanceTimersByTimeAsync(5)
    expect(reads.readAnalytics).toHaveBeenCalledTimes(2)
    snapshots.close()
  })

  it('is read again when something was counted that the deltas do not tell', async () => {
    const { state, ...reads } = database()
    const snapshots = createSnapshotCache({ ...reads, maxAgeMs: 10 })
    await snapshots.get()
    Object.assign(state, { clicks: 7, position: 2n })
    reads.readChanges.mockImplementationOnce(async (since) => ({
      ...since,
      completeThrough: state.completeThrough,
      position: 2n,
      complete: false,
      added: [],
    }))
    await vi.advanceTimersByTimeAsync(5)
    expect(reads.readAnalytics).toHaveBeenCalledTimes(2)
    expect(clicks(await snapshots.get())).toBe(7)
    snapshots.close()
  })

  it('shows what was committed 10 ms before the request, at the latest', async () => {
    const { state, ...reads } = database()
    const snapshots = createSnapshotCache({ ...reads, maxAgeMs: 10 })
    await snapshots.get()
    for (let n = 2; n < 60; n++) {
      Object.assign(state, { clicks: n, position: BigInt(n) })
      await vi.advanceTimersByTimeAsync(10.1)
      expect(clicks(await snapshots.get())).toBe(n)
    }
    snapshots.close()
  })

  it('carries the newest marks although the numbers stay, under the same tag', async () => {
    const { state, ...reads } = database()
    const snapshots = createSnapshotCache({ ...reads, maxAgeMs: 10 })
    const before = await snapshots.get()
    state.completeThrough = new Date(2000)
    await vi.advanceTimersByTimeAsync(20)
    const after = await snapshots.get()
    expect(after.headers['x-complete-through']).toBe(new Date(2000).toISOString())
    expect(after.headers['x-as-of']! > before.headers['x-as-of']!).toBe(true)
    expect(after.payload).toBe(before.payload)
    snapshots.close()
  })

  it('is read again once a second, because rollups may have been rebuilt', async () => {
    const { state, ...reads } = database()
    const snapshots = createSnapshotCache({ ...reads, maxAgeMs: 10 })
    await snapshots.get()
    state.clicks = 9
    for (let ms = 0; ms < 1020; ms += 10) {
      await snapshots.get()
      await vi.advanceTimersByTimeAsync(10)
    }
    expect(clicks(await snapshots.get())).toBe(9)
    snapshots.close()
  })
})

describe('the snapshot of a window', () => {
  it('is cached for each length', async () => {
    const snapshots = createSnapshotCache({ ...database(), maxAgeMs: 10 })
    expect(clicks(await snapshots.get(5))).toBe(5)
    expect(clicks(await snapshots.get(60))).toBe(60)
    expect(clicks(await snapshots.get())).toBe(1)
    snapshots.close()
  })

  it('moves with the clock, whatever the ledger does', async () => {
    const reads = database()
    const snapshots = createSnapshotCache({ ...reads, maxAgeMs: 10 })
    const first = await snapshots.get(5)
    await vi.advanceTimersByTimeAsync(20.1)
    const second = await snapshots.get(5)
    expect(second.asOf.getTime() - first.asOf.getTime()).toBeGreaterThanOrEqual(1)
    snapshots.close()
  })

  it('is evicted when others are read more, so that memory stays bounded', async () => {
    const reads = database()
    const snapshots = createSnapshotCache({ ...reads, maxAgeMs: 10, capacity: 3 })
    for (let minutes = 1; minutes <= 1000; minutes++) await snapshots.get(minutes)
    await vi.advanceTimersByTimeAsync(200)
    expect(vi.getTimerCount()).toBe(0)
    reads.readAnalytics.mockClear()
    for (const minutes of [1, 1000]) await snapshots.get(minutes)
    expect(reads.readAnalytics.mock.calls.length).toBeLessThanOrEqual(2)
    snapshots.close()
  })
})
