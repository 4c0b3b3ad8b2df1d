import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createCachedValue } from '../src/cached-value.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const tookMs = 4
function counting() {
  let version = 0
  return vi.fn(async () => {
    const asked = ++version
    await new Promise((resolve) => setTimeout(resolve, tookMs))
    return asked
  })
}
const settings = { maxAgeMs: 10, restMs: 2, idleMs: 100, now: () => performance.now() }

describe('a cached value', () => {
  it('is loaded once for everybody who asks at the same time', async () => {
    const load = counting()
    const cached = createCachedValue({ load, ...settings })
    const readers = Array.from({ length: 100 }, () => cached.get())
    await vi.advanceTimersByTimeAsync(tookMs)
    expect(new Set(await Promise.all(readers))).toEqual(new Set([1]))
    expect(load).toHaveBeenCalledTimes(1)
    cached.stop()
  })

  it('is returned without waiting while it is read, and never older than allowed', async () => {
    const asked: number[] = []
    const load = counting()
    const cached = createCachedValue({ ...settings, load: () => (asked.push(performance.now()), load()) })
    const first = cached.get()
    await vi.advanceTimersByTimeAsync(tookMs)
    await first
    for (let ms = 0; ms < 500; ms++) {
      const value = cached.get()
      expect(value).toBeTypeOf('number')
      expect(performance.now() - asked[(value as number) - 1]!).toBeLessThanOrEqual(settings.maxAgeMs)
      await vi.advanceTimersByTimeAsync(1)
    }
    cached.stop()
  })

  it('stops being loaded soon after the last reader has gone', async () => {
    const load = counting()
    const cached = createCachedValue({ load, ...settings })
    cached.get()
    await vi.advanceTimersByTimeAsync(1000)
    const calls = load.mock.calls.length
    await vi.advanceTimersByTimeAsync(60_000)
    expect(load).toHaveBeenCalledTimes(calls)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('makes the first reader after a pause wait for a new one', async () => {
    const cached = createCachedValue({ load: counting(), ...settings })
    cached.get()
    await vi.advanceTimersByTimeAsync(1000)
    const late = cached.get()
    expect(late).toBeInstanceOf(Promise)
    await vi.advanceTimersByTimeAsync(tookMs)
    expect(await late).toBeGreaterThan(1)
    cached.stop()
  })

  it('gives callers that come long after a slow load began the result of the next one', async () => {
    let version = 0
    const load = vi.fn(async () => {
      const asked = ++version
      await new Promise((resolve) => setTimeout(resolve, 50))
      return asked
    })
    const cached = createCachedValue({ load, ...settings })
    const early = cached.get()
    await vi.advanceTimersByTimeAsync(5)
    const soon = cached.get()
    await vi.advanceTimersByTimeAsync(20)
    const late = [cached.get(), cached.get()]
    await vi.advanceTimersByTimeAsync(100)
    expect(await Promise.all([early, soon, ...late])).toEqual([1, 1, 2, 2])
    expect(load.mock.calls.length).toBeLessThanOrEqual(3)
    cached.stop()
  })

  it('is not served when it cannot be refreshed, and recovers by itself', async () => {
    let broken = false
    const load = vi.fn(async () => {
      if (broken) throw new Error('down')
      return 'fresh'
    })
    const cached = createCachedValue({ load, ...settings })
    expect(await cached.get()).toBe('fresh')
    broken = true
    await vi.advanceTimersByTimeAsync(20)
    await expect(cached.get()).rejects.toThrow('down')
    broken = false
    expect(await cached.get()).toBe('fresh')
    cached.stop()
  })

  it('fails everybody who waits behind a load that fails, and no one else', async () => {
    const outcomes = ['first', new Error('down'), 'third']
    const load = vi.fn(async () => {
      const outcome = outcomes.shift()
      await new Promise((resolve) => setTimeout(resolve, 50))
      if (outcome instanceof Error) throw outcome
      return outcome
    })
    const cached = createCachedValue({ load, ...settings })
    const first = cached.get()
    await vi.advanceTimersByTimeAsync(20)
    const second = Promise.allSettled([cached.get(), cached.get()])
    await vi.advanceTimersByTimeAsync(60)
    const third = cached.get()
    await vi.advanceTimersByTimeAsync(100)
    expect(await first).toBe('first')
    expect((await second).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    expect(await third).toBe('third')
    cached.stop()
  })

  it('grows older, but not beyond its bound, where loading is slow, so that loading takes a fifth of the time', async () => {
    const asked: number[] = []
    const load = () => new Promise<number>((resolve) => setTimeout(resolve, 20, asked.push(performance.now())))
    const cached = createCachedValue({ ...settings, load, oldestMs: 250 })
    await Promise.all([cached.get(), vi.advanceTimersByTimeAsync(20)])
    const ages: number[] = []
    for (let ms = 0; ms < 1000; ms++) {
      const value = cached.get()
      expect(value).toBeTypeOf('number')
      ages.push(performance.now() - asked[(value as number) - 1]!)
      await vi.advanceTimersByTimeAsync(1)
    }
    expect(Math.max(...ages)).toBeLessThanOrEqual(120)
    expect(asked.length).toBeLessThanOrEqual(12)
    cached.stop()
  })

  it('never grows older than its bound, however slow one load was', async () => {
    let tookMs = 2000
    const load = () => new Promise<number>((resolve) => setTimeout(resolve, tookMs, performance.now()))
    const cached = createCachedValue({ ...settings, load, oldestMs: 250 })
    cached.get()
    await vi.advanceTimersByTimeAsync(2000)
    tookMs = 1
    await vi.advanceTimersByTimeAsync(300)
    const late = cached.get()
    expect(late).toBeInstanceOf(Promise)
    await vi.advanceTimersByTimeAsync(1)
    expect(performance.now() - (await late)).toBeLessThanOrEqual(1)
    cached.stop()
  })

  it('is loaded without a pause for many readers when loading takes most of the age, and on demand for a few', async () => {
    const loadsFor = async (readersPerMs: number) => {
      const load = vi.fn(() => new Promise<number>((resolve) => setTimeout(resolve, 7, 1)))
      const cached = createCachedValue({ load, ...settings })
      for (let ms = 0; ms < 400; ms++) {
        if (ms % 100 === 0 || readersPerMs > 1) Array.from({ length: readersPerMs }, () => cached.get())
        await vi.advanceTimersByTimeAsync(1)
      }
      cached.stop()
      return load.mock.calls.length
    }
    expect(await loadsFor(5)).toBeGreaterThan(45)
    expect(await loadsFor(1)).toBe(4)
  })

  it('asks for every request when nothing may be old', async () => {
    const load = counting()
    const cached = createCachedValue({ load, ...settings, maxAgeMs: 0 })
    for (const expected of [1, 2, 3]) {
      const value = cached.get()
      await vi.advanceTimersByTimeAsync(tookMs)
      expect(await value).toBe(expected)
      await vi.advanceTimersByTimeAsync(0.5)
    }
    cached.stop()
  })
})
