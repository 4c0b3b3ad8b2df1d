import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { createWatchdog } from '../src/watchdog.ts'

const second = 1000
let progressedAt: number
let turnedAt: number
let up: boolean

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance', 'setTimeout'] })
  progressedAt = turnedAt = performance.now()
  up = true
})
afterEach(() => void vi.useRealTimers())

function watchdog() {
  const check = async () => {
    if (!up) throw new Error('down')
  }
  return createWatchdog({
    sinceProgress: () => performance.now() - progressedAt,
    sinceLastPoll: () => performance.now() - turnedAt,
    checks: [check],
    limitMs: 60 * second,
  })
}

async function after(seconds: number, watch: () => Promise<void>): Promise<string> {
  for (let passed = 0; passed < seconds; passed += 5) {
    vi.advanceTimersByTime(5 * second)
    const ended = await watch().then(() => '', String)
    if (ended) return ended
  }
  return 'it goes on'
}

it('ends a process that has work and does not store it although all is up', async () => {
  const watch = watchdog()
  expect(await after(60, watch)).toBe('it goes on')
  turnedAt = performance.now()
  expect(await after(5, watch)).toContain('nothing was stored for 60 s')
})

it('ends a process whose consumer has not polled', async () => {
  const watch = watchdog()
  await after(30, watch)
  progressedAt = performance.now()
  expect(await after(35, watch)).toContain('the consumer has not polled for 60 s')
})

it('does not count an outage, nor the time that it takes to go on afterwards', async () => {
  const watch = watchdog()
  up = false
  expect(await after(300, watch)).toBe('it goes on')
  up = true
  expect(await after(55, watch)).toBe('it goes on')
  turnedAt = progressedAt = performance.now()
  expect(await after(55, watch)).toBe('it goes on')
})

it('counts from the end of an outage', async () => {
  const watch = watchdog()
  up = false
  await after(58, watch)
  up = true
  expect(await after(55, watch)).toBe('it goes on')
  expect(await after(10, watch)).toContain('nothing was stored')
})
