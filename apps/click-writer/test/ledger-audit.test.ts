import { createBatchStore, createDatabase } from '@ads-tracker/data'
import { topicNames } from '@ads-tracker/events'
import { createMetrics } from '@ads-tracker/service-kit'
import { testDatabase } from '@ads-tracker/local-servers'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { createAudit } from '../src/ledger-audit.ts'
import { createWriterMetrics } from '../src/metrics.ts'

const topics = topicNames('')
const minute = 60_000

let db: Awaited<ReturnType<typeof testDatabase>>
beforeEach(async () => void (db = await testDatabase()))
afterEach(async () => {
  vi.useRealTimers()
  await db.drop()
})

it('says what waits and since when, also while the database is away', async () => {
  const { registry } = createMetrics('click-writer')
  const value = async (name: string) => Number(new RegExp(`^${name} (.+)$`, 'm').exec(await registry.metrics())?.[1])
  const store = createBatchStore({ url: db.clickWriterUrl })
  const database = createDatabase({ url: db.clickWriterUrl, max: 1 })
  let high = 0n
  const admin = { offsets: async () => [{ partition: 0, low: 0n, high }] }
  const audit = createAudit({ database, admin, topics, metrics: createWriterMetrics(registry) })
  const partitions = Object.values(topics).map((topic) => ({ topic, partition: 0 }))
  await store.ensureLedger(partitions)

  await audit()
  expect(await value('writer_lag_seconds')).toBeNaN()

  await store.advanceCompleteThrough({ at: new Date(), ends: partitions.map((place) => ({ ...place, end: 0n })) })
  await audit()
  expect(await value('writer_lag_seconds')).toBeLessThan(30)

  await Promise.all([database.close(), store.close()])
  vi.useFakeTimers({ toFake: ['performance', 'Date'] })
  vi.advanceTimersByTime(5 * minute)
  high = 7n
  await expect(audit()).rejects.toThrow()
  expect(await value('writer_lag_seconds')).toBeGreaterThan(290)
  expect(await value('writer_unread_age_ratio')).toBeGreaterThan(0)
  expect(await value('writer_lag_events')).toBe(14)
})
