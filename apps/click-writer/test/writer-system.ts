import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  createDatabase,
  type Database,
  migrate,
  readAnalytics,
  readLedger,
  seedAds,
  verifyRollups,
} from '@ads-tracker/data'
import { type AdEvent, encodeEvent, type EventType, type TopicNames } from '@ads-tracker/events'
import { type Admin, createAdmin, createKafka, createProducer } from '@ads-tracker/kafka'
import { type RunningApp, startApp, testDatabase, testTopics, type TestTopics } from '@ads-tracker/local-servers'
import { expect, onTestFinished, vi } from 'vitest'
import { anEvent } from './records.ts'

export interface WriterSystem {
  database: Database
  admin: Admin
  topics: TopicNames
  startWriter(env?: Record<string, string>): Promise<RunningApp>
  /** The same log and consumer group with a database that knows nothing of them, as after restoring an old backup. */
  restoreEmpty(): Promise<WriterSystem>
  /** Runs statements as the owner of the database. */
  change(statements: string): Promise<void>
  publishRaw(type: EventType, key: string, value: Buffer | string, headers?: Record<string, string>): Promise<void>
  publish(type: EventType, count: number, change?: Partial<AdEvent>): Promise<AdEvent[]>
  /** Waits until everything that is in the log by now is in the ledger. */
  settled(): Promise<void>
  stats(adId?: number): Promise<{ clicks: number; impressions: number }>
  /** The books balance, and the rollups are what the raw events add up to. */
  expectBalance(): Promise<void>
}

/** A database with the sample ads, topics, a producer, and the writer between them, which the test starts and kills. */
export async function writerSystem(topics?: TestTopics): Promise<WriterSystem> {
  const [store, log] = await Promise.all([testDatabase(), topics ?? testTopics()])
  const kafka = () =>
    createKafka({ KAFKA_BROKERS: log.brokers, TOPIC_PREFIX: log.prefix, KAFKA_TLS: false }, 'test', () => {})
  const producer = createProducer({ kafka, deadlineMs: 10_000 })
  const admin: Admin = createAdmin(kafka())
  const database = createDatabase({ url: store.url, max: 2 })
  const writers: RunningApp[] = []
  let changes = 0
  await seedAds(database)
  onTestFinished(async () => {
    await Promise.all(writers.map((writer) => writer.kill()))
    await Promise.all([producer.close(), admin.close(), database.close()])
    await Promise.all([store.drop(), topics ? undefined : log.remove()])
  })

  const system: WriterSystem = {
    database,
    admin,
    topics: log.topics,

    async startWriter(env: Record<string, string> = {}): Promise<RunningApp> {
      const writer = await startApp('click-writer', {
        DATABASE_URL: store.clickWriterUrl,
        KAFKA_BROKERS: log.brokers,
        TOPIC_PREFIX: log.prefix,
        ...env,
      })
      writers.push(writer)
      return writer
    },

    restoreEmpty: (): Promise<WriterSystem> => writerSystem(log),

    async change(statements: string): Promise<void> {
      const directory = await mkdtemp(join(tmpdir(), 'change-'))
      await writeFile(join(directory, `${9001 + changes++}_change.sql`), statements)
      await migrate({ url: store.url, directory })
      await rm(directory, { recursive: true })
    },

    publishRaw: (type: EventType, key: string, value: Buffer | string, headers: Record<string, string> = {}) =>
      producer.publish(log.topics[type], {
        key,
        value,
        headers: { v: '1', 'request-id': `request-of-${key}`, ...headers },
      }),

    async publish(type: EventType, count: number, change: Partial<AdEvent> = {}): Promise<AdEvent[]> {
      const events = Array.from({ length: count }, () => anEvent(change))
      await Promise.all(events.map((event) => system.publishRaw(type, event.event_id, encodeEvent(event))))
      return events
    },

    async settled(): Promise<void> {
      const ends = (await Promise.all(Object.values(log.topics).map(admin.offsets))).flat()
      const end = ends.reduce((sum, { high }) => sum + high, 0n)
      await vi.waitFor(
        async () => {
          const { rows } = await readLedger(database)
          expect(rows.reduce((sum, { nextOffset }) => sum + nextOffset, 0n)).toBe(end)
        },
        { timeout: 25_000, interval: 50 },
      )
    },

    async stats(adId = 1): Promise<{ clicks: number; impressions: number }> {
      const { rows } = await readAnalytics(database, { adId })
      const { clicks, impressions } = rows[0] ?? { clicks: 0, impressions: 0 }
      return { clicks: Number(clicks), impressions: Number(impressions) }
    },

    async expectBalance(): Promise<void> {
      expect((await readLedger(database)).imbalance).toBe(0)
      expect((await verifyRollups(database)).differences).toEqual([])
    },
  }
  return system
}
