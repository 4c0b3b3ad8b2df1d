import { testTopics, type TestTopics } from '@ads-tracker/local-servers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createProducer, type EventProducer, type Kafka, type ProducerOptions } from '../src/index.ts'
import { counts, kafkaOf, keys, outcome, record } from './client.ts'

describe('the producer', () => {
  let topics: TestTopics
  const open: EventProducer[] = []
  const producerOf = (options: Partial<ProducerOptions> = {}) => {
    const producer = createProducer({ kafka: () => kafkaOf(topics.brokers), ...options })
    open.push(producer)
    return producer
  }

  beforeAll(async () => {
    topics = await testTopics()
  })
  afterAll(async () => {
    await Promise.all(open.map((producer) => producer.close()))
    await topics.remove()
  })

  async function withTopics(work: (topics: TestTopics, topic: string) => Promise<void>) {
    const own = await testTopics()
    try {
      await work(own, own.topics.click)
    } finally {
      await own.remove()
    }
  }

  test('resolves when the record is in the log, key, value and all', () =>
    withTopics(async (own, topic) => {
      const producer = producerOf()
      await producer.publish(topic, record('first'))
      expect(await keys(kafkaOf(own.brokers), topic)).toEqual(['first'])
      expect(producer.pending()).toEqual({ records: 0, bytes: 0 })
      expect(producer.sinceAcknowledged()).toBeLessThan(20_000)
    }))

  test('takes text and bytes, and loses none of many', () =>
    withTopics(async (own, topic) => {
      const producer = producerOf()
      const names = Array.from({ length: 3000 }, (_, index) => `record-${index}`)
      await Promise.all(
        names.map((name, index) => producer.publish(topic, record(name, index % 2 ? Buffer.from(name) : name))),
      )
      expect((await keys(kafkaOf(own.brokers), topic)).sort()).toEqual(names.sort())
    }))

  test('sends what comes together to one partition, and what comes next to the next', () =>
    withTopics(async (own, topic) => {
      const producer = producerOf()
      for (let flush = 0; flush < 6; flush++) {
        await Promise.all(
          Array.from({ length: 50 }, (_, index) => producer.publish(topic, record(`${flush}-${index}`))),
        )
      }
      expect(await counts(kafkaOf(own.brokers), topic)).toEqual([50, 50, 50, 50, 50, 50])
    }))

  test('splits what is larger than a batch may be', () =>
    withTopics(async (own, topic) => {
      const batches: number[] = []
      const producer = producerOf({
        batchRecords: { observe: (count: number) => batches.push(count) } as unknown as ProducerOptions['batchRecords'],
      })
      const value = Buffer.alloc(10_000, 'x')
      await Promise.all(Array.from({ length: 150 }, (_, index) => producer.publish(topic, record(`${index}`, value))))
      expect(batches.length).toBeGreaterThanOrEqual(3)
      expect(Math.max(...batches)).toBeLessThanOrEqual((512 * 1024) / 10_000)
      expect((await counts(kafkaOf(own.brokers), topic)).reduce((sum, count) => sum + count)).toBe(150)
    }))

  test('keeps clicks and impressions of one batch apart', () =>
    withTopics(async (own) => {
      const producer = producerOf()
      await Promise.all([
        producer.publish(own.topics.click, record('click')),
        producer.publish(own.topics.impression, record('impression')),
      ])
      expect(await keys(kafkaOf(own.brokers), own.topics.click)).toEqual(['click'])
      expect(await keys(kafkaOf(own.brokers), own.topics.impression)).toEqual(['impression'])
    }))

  test('refuses at once what the queue has no place for, by number and by bytes', async () => {
    const few = producerOf({ maxQueued: 2 })
    const accepted = [1, 2].map((index) => few.publish(topics.topics.click, record(`${index}`)))
    await expect(few.publish(topics.topics.click, record('one too many'))).rejects.toMatchObject({ code: 'overloaded' })
    await Promise.all(accepted)
    await few.publish(topics.topics.click, record('there is a place again'))

    const small = producerOf({ maxQueuedBytes: 1000 })
    await expect(small.publish(topics.topics.click, record('large', Buffer.alloc(1000)))).rejects.toMatchObject({
      code: 'overloaded',
    })
  })

  test('refuses at once what would wait behind those that wait too long already, and nobody waits beyond the deadline', async () => {
    const silent = { connect: async () => {}, disconnect: async () => {}, sendBatch: () => new Promise(() => {}) }
    const producer = producerOf({ kafka: () => ({ producer: () => silent }) as unknown as Kafka, deadlineMs: 1000 })
    const flying = outcome(producer, 'any', 'in flight')
    await new Promise((resolve) => setImmediate(resolve))
    const waiting = outcome(producer, 'any', 'waits')
    await new Promise((resolve) => setTimeout(resolve, 700))
    expect(await outcome(producer, 'any', 'too late')).toMatchObject({ result: 'overloaded' })
    expect(await Promise.all([flying, waiting])).toMatchObject([
      { result: 'outcome_unknown' },
      { result: 'outcome_unknown' },
    ])
    const again = outcome(producer, 'any', 'the queue is empty again')
    expect(producer.pending().records).toBe(1)
    expect(await again).toMatchObject({ result: 'outcome_unknown' })
  })

  test('acknowledges as much on a slow line when five times as much comes, and refuses the rest fast', async () => {
    const bytesPerMs = 100
    const sendBatch = ({ topicMessages }: { topicMessages: { messages: { value: Buffer }[] }[] }) => {
      const size = topicMessages.flatMap(({ messages }) => messages).reduce((sum, { value }) => sum + value.length, 0)
      return new Promise((resolve) => setTimeout(resolve, size / bytesPerMs))
    }
    const line = { connect: async () => {}, disconnect: async () => {}, sendBatch }
    const producer = producerOf({ kafka: () => ({ producer: () => line }) as unknown as Kafka, deadlineMs: 1000 })
    const value = 'x'.repeat(1000)
    await flood(2000)
    const seen = await flood(3000)
    const acknowledged = seen.filter(({ result }) => result === 'ok').length
    const refused = seen.filter(({ result }) => result === 'overloaded')
    expect(acknowledged).toBeGreaterThan((0.7 * 3000 * bytesPerMs) / value.length)
    expect(refused.length).toBeGreaterThan(0.8 * (seen.length - acknowledged))
    expect(Math.max(...refused.map(({ ms }) => ms))).toBeLessThan(1000)

    // five times what the line carries, for so long
    async function flood(length: number) {
      const all: ReturnType<typeof outcome>[] = []
      const began = performance.now()
      while (performance.now() - began < length) {
        while (all.length < ((performance.now() - began) * 5 * bytesPerMs) / value.length)
          all.push(outcome(producer, 'any', value))
        await new Promise((resolve) => setTimeout(resolve, 10))
      }
      return Promise.all(all)
    }
  })

  test('says that the outcome is unknown when the topic does not exist, and goes on with others', async () => {
    const producer = producerOf({ deadlineMs: 2500 })
    const start = performance.now()
    await expect(producer.publish('no-such-topic', record('x'))).rejects.toMatchObject({ code: 'outcome_unknown' })
    expect(performance.now() - start).toBeLessThan(4000)
    await expect(producer.publish(topics.topics.click, record('y'))).resolves.toBeUndefined()
  })

  test('answers what it accepted before it closes, and nothing afterwards', async () => {
    const producer = producerOf()
    const accepted = Array.from({ length: 100 }, (_, index) =>
      producer.publish(topics.topics.click, record(`${index}`)),
    )
    await producer.close()
    await expect(Promise.all(accepted)).resolves.toHaveLength(100)
    await expect(producer.publish(topics.topics.click, record('late'))).rejects.toMatchObject({ code: 'overloaded' })
  })

  test('sets no timers while it is idle', async () => {
    const producer = producerOf()
    await producer.publish(topics.topics.click, record('x'))
    await new Promise((resolve) => setTimeout(resolve, 2700))
    const original = globalThis.setTimeout
    let timers = 0
    globalThis.setTimeout = Object.assign((...args: Parameters<typeof setTimeout>) => {
      timers += 1
      return original(...args)
    }, original) as typeof setTimeout
    await new Promise((resolve) => original(resolve, 500))
    globalThis.setTimeout = original
    expect(timers).toBe(0)
  })
})
