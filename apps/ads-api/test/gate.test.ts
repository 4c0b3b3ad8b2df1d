import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { createGate } from '../src/gate.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

it('runs so many at once, the others in turn, and refuses the rest at once', async () => {
  const pass = createGate({ running: 2, waiting: 3, waitMs: 1000 })
  let active = 0
  let most = 0
  const work = async () => {
    most = Math.max(most, ++active)
    await pause(10)
    active--
  }
  const calls = Array.from({ length: 8 }, () => pass(work))
  const outcomes = Promise.allSettled(calls)
  await vi.advanceTimersByTimeAsync(100)
  expect((await outcomes).map(({ status }) => status)).toEqual([
    ...Array(5).fill('fulfilled'),
    ...Array(3).fill('rejected'),
  ])
  await expect(calls[7]).rejects.toMatchObject({ code: 'overloaded', statusCode: 503 })
  expect(most).toBe(2)
})

it('lets nobody wait longer than allowed', async () => {
  const pass = createGate({ running: 1, waiting: 9, waitMs: 50 })
  const slow = pass(() => pause(80))
  const late = expect(pass(async () => 'never')).rejects.toMatchObject({ code: 'overloaded' })
  await vi.advanceTimersByTimeAsync(60)
  await late
  await vi.advanceTimersByTimeAsync(60)
  await slow
  expect(await pass(async () => 'free again')).toBe('free again')
  expect(vi.getTimerCount()).toBe(0)
})

it('frees the place of work that failed', async () => {
  const pass = createGate({ running: 1, waiting: 1, waitMs: 50 })
  await expect(
    pass(async () => {
      throw new Error('no')
    }),
  ).rejects.toThrow('no')
  expect(await pass(async () => 'yes')).toBe('yes')
})
