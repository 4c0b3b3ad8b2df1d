import { vi } from 'vitest'
import { createAdmin, createBatchConsumer, createKafka, type EventProducer, type Kafka } from '../src/index.ts'

/** The suite runs with the fast path and without it: see vitest.config.ts. */
export const isFast = process.env.KAFKA_FAST_PATH !== 'false'

export function kafkaOf(brokers: string): Kafka {
  const settings = { KAFKA_BROKERS: brokers, TOPIC_PREFIX: '', KAFKA_TLS: false, KAFKA_FAST_PATH: isFast }
  return createKafka(settings, 'test', () => {})
}

export function record(name: string, value: Buffer | string = name) {
  return { key: name, value, headers: { v: '1' } }
}

/** Records of each partition of the log. */
export async function counts(kafka: Kafka, topic: string): Promise<number[]> {
  const admin = createAdmin(kafka)
  // a broker that came back a moment ago may not lead its partitions yet
  const offsets = await vi.waitFor(() => admin.offsets(topic), 10_000)
  await admin.close()
  return offsets.sort((a, b) => a.partition - b.partition).map(({ low, high }) => Number(high - low))
}

/** The keys of all records of the log; each once, because a repeat after a lost answer may put it there twice. */
export async function keys(kafka: Kafka, topic: string): Promise<string[]> {
  const expected = (await counts(kafka, topic)).reduce((sum, count) => sum + count, 0)
  const read: string[] = []
  const consumer = createBatchConsumer({
    kafka,
    groupId: `reader-${crypto.randomUUID()}`,
    topics: [topic],
    concurrency: 6,
    onAssigned() {},
    onCrash() {},
    async onBatch({ records }) {
      read.push(...records.map(({ key }) => String(key)))
    },
  })
  await consumer.start()
  await vi.waitFor(() => {
    if (read.length < expected) throw new Error(`read ${read.length} of ${expected}`)
  }, 20_000)
  await consumer.close()
  return [...new Set(read)]
}

/** What became of a publish: `ok` or the error's code, and after how many milliseconds. */
export async function outcome(
  producer: EventProducer,
  topic: string,
  name: string,
): Promise<{ result: string; ms: number }> {
  const start = performance.now()
  const result = await producer.publish(topic, record(name)).then(
    () => 'ok',
    (error: { code?: string }) => error.code ?? String(error),
  )
  return { result, ms: performance.now() - start }
}
