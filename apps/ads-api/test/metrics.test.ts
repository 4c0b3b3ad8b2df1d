import { Registry } from 'prom-client'
import { expect, it } from 'vitest'
import { createAnalyticsMetrics } from '../src/metrics.ts'

it('lag behind the mark that was seen last when the database does not answer', async () => {
  const registry = new Registry()
  const minute = 60_000
  let answer: () => Promise<{ asOf: Date; completeThrough: Date | null }> = async () => ({
    asOf: new Date(),
    completeThrough: null,
  })
  createAnalyticsMetrics(registry, () => answer())
  const lag = async () => Number(/^ads_complete_through_lag_seconds (.+)$/m.exec(await registry.metrics())?.[1])
  expect(await lag()).toBeNaN()
  const mark = new Date(Date.now() - minute)
  answer = async () => ({ asOf: new Date(mark.getTime() + 500), completeThrough: mark })
  expect(await lag()).toBe(0.5)
  answer = () => Promise.reject(new Error('down'))
  expect(await lag()).toBeGreaterThanOrEqual(60)
})
