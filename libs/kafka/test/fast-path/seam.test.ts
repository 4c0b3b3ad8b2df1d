import { join } from 'node:path'
import { testTopics, type TestTopics } from '@ads-tracker/local-servers'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import * as source from '../../src/index.ts'
import { requireBundle } from '../bundled.ts'

type Library = typeof source
type Consumer = ReturnType<source.Kafka['consumer']>

describe.each([
  ['from the source', async () => source],
  ['from a bundle', () => requireBundle<Library>("export * from './src/index.ts'", join(import.meta.dirname, '../..'))],
])('%s', (_where, load: () => Promise<Library>) => {
  let topics: TestTopics
  let library: Library

  beforeAll(async () => {
    library = await load()
    topics = await testTopics()
  })
  afterAll(() => topics.remove())

  function kafkaOf(fastPath: boolean, seen: { sentByKafkajs: string[]; readBy: Set<string> }): source.Kafka {
    const settings = { KAFKA_BROKERS: topics.brokers, TOPIC_PREFIX: '', KAFKA_TLS: false, KAFKA_FAST_PATH: fastPath }
    const kafka = library.createKafka(settings, 'test', () => {})
    const { producer, consumer } = kafka
    kafka.producer = function (options) {
      const made = producer.call(this, options)
      const { sendBatch } = made
      made.sendBatch = (batch) => {
        for (const { messages = [] } of batch.topicMessages ?? [])
          seen.sentByKafkajs.push(...messages.map(({ key }) => String(key)))
        return sendBatch(batch)
      }
      return made
    }
    kafka.consumer = function (options) {
      const made: Consumer = consumer.call(this, options)
      const { run } = made
      made.run = ({ eachBatch, ...rest } = {}) =>
        run({
          ...rest,
          async eachBatch(payload) {
            for (const message of payload.batch.messages) seen.readBy.add(message.constructor.name)
            await eachBatch?.(payload)
          },
        })
      return made
    }
    return kafka
  }

  test.each([
    [true, 'our own code', ['first'], ['FetchedRecords']],
    [false, 'kafkajs', ['first', 'second', 'third'], ['Object']],
  ])('with KAFKA_FAST_PATH=%s, records are sent and read by %s', async (fastPath, _who, sent, readers) => {
    const seen = { sentByKafkajs: [] as string[], readBy: new Set<string>() }
    const kafka = kafkaOf(fastPath, seen)
    const topic = fastPath ? topics.topics.click : topics.topics.impression
    const producer = library.createProducer({ kafka: () => kafka })
    // kafkajs learns of the topic by the first one
    for (const key of ['first', 'second', 'third'])
      await producer.publish(topic, { key, value: `value of ${key}`, headers: { v: '1', unit: 'ü' } })
    await producer.close()
    expect(new Set(seen.sentByKafkajs)).toEqual(new Set(sent))

    const records: source.ConsumedRecord[] = []
    const consumer = library.createBatchConsumer({
      kafka,
      groupId: `${topics.prefix}${fastPath}`,
      topics: [topic],
      concurrency: 6,
      onAssigned() {},
      onCrash() {},
      onBatch: async (batch) => void records.push(...batch.records),
    })
    await consumer.start()
    await vi.waitFor(() => expect(records).toHaveLength(3), 20_000)
    await consumer.close()
    expect([...seen.readBy]).toEqual(readers)
    expect(records.map(({ value }) => String(value)).sort()).toEqual([
      'value of first',
      'value of second',
      'value of third',
    ])
    for (const record of records)
      expect(record).toMatchObject({ headers: { v: '1', unit: 'ü' }, offset: 0n, timestamp: expect.any(Number) })
  })
})
