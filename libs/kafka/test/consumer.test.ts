import { testTopics, type TestTopics } from '@ads-tracker/local-servers'
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import {
  type BatchConsumer,
  type BatchConsumerOptions,
  type ConsumedBatch,
  createAdmin,
  createBatchConsumer,
  createProducer,
} from '../src/index.ts'
import { kafkaOf, record } from './client.ts'

const sessionTimeoutMs = 120_000

describe('the consumer', () => {
  let topics: TestTopics
  let topic: string
  const open: BatchConsumer[] = []
  const silences: PromiseWithResolvers<void>[] = []

  beforeEach(async () => {
    topics = await testTopics()
    topic = topics.topics.click
  })
  afterEach(async () => {
    for (const silence of silences.splice(0)) silence.resolve()
    await Promise.all(open.splice(0).map((consumer) => consumer.close()))
    await topics.remove()
  })

  /** What a member that does not answer waits for. */
  function untilTheEnd(): PromiseWithResolvers<void> {
    const silence = Promise.withResolvers<void>()
    silences.push(silence)
    return silence
  }

  function consumerOf(options: Partial<BatchConsumerOptions> & Pick<BatchConsumerOptions, 'onBatch'>): BatchConsumer {
    const consumer = createBatchConsumer({
      kafka: kafkaOf(topics.brokers),
      groupId: `${topics.prefix}group`,
      topics: [topic],
      concurrency: 6,
      // on a machine so busy that heartbeats are late, a shorter session ends and the group hands records over again
      sessionTimeoutMs,
      onAssigned() {},
      onCrash() {},
      ...options,
    })
    open.push(consumer)
    return consumer
  }

  async function start(options: Parameters<typeof consumerOf>[0]): Promise<BatchConsumer> {
    const consumer = consumerOf(options)
    await consumer.start()
    return consumer
  }

  async function publish(count: number, { flushes = 6 } = {}) {
    const producer = createProducer({ kafka: () => kafkaOf(topics.brokers), deadlineMs: 10_000 })
    for (let flush = 0; flush < flushes; flush++) {
      await Promise.all(
        Array.from({ length: count / flushes }, (_, index) => producer.publish(topic, record(`${flush}-${index}`))),
      )
    }
    await producer.close()
  }

  function collector() {
    const offsets = new Map<number, bigint[]>()
    const total = () => [...offsets.values()].reduce((sum, list) => sum + list.length, 0)
    const take = ({ partition, records }: ConsumedBatch) =>
      void offsets.set(partition, [...(offsets.get(partition) ?? []), ...records.map(({ offset }) => offset)])
    return { offsets, total, take, onBatch: async (batch: ConsumedBatch) => take(batch) }
  }

  test('hands over every record once, in the order of its offset, with what it carries', async () => {
    await publish(6000)
    const { offsets, total, take } = collector()
    const seen: ConsumedBatch[] = []
    await start({
      async onBatch(batch) {
        seen.push(batch)
        take(batch)
      },
    })
    await vi.waitFor(() => expect(total()).toBe(6000), 20_000)
    for (const list of offsets.values()) expect(list).toEqual(list.map((_, index) => BigInt(index)))
    const first = seen[0]?.records[0]
    expect(first).toMatchObject({ headers: { v: '1' }, key: expect.any(Buffer), value: expect.any(Buffer) })
    expect(Math.abs((first?.timestamp ?? 0) - Date.now())).toBeLessThan(60_000)
  })

  test('begins at the first record when the group never committed, and at the committed offset otherwise', async () => {
    await publish(600)
    const first = collector()
    const consumer = await start(first)
    await vi.waitFor(() => expect(first.total()).toBe(600), 20_000)
    await consumer.commit(Array.from({ length: 6 }, (_, partition) => ({ topic, partition, offset: 40n })))
    await consumer.close()
    const second = collector()
    await start(second)
    await vi.waitFor(() => expect(second.total()).toBe(360), 20_000)
    for (const list of second.offsets.values()) expect(list[0]).toBe(40n)
  })

  test('never commits by itself', async () => {
    await publish(60)
    const first = collector()
    const consumer = await start(first)
    await vi.waitFor(() => expect(first.total()).toBe(60), 20_000)
    await consumer.close()
    const second = collector()
    await start(second)
    await vi.waitFor(() => expect(second.total()).toBe(60), 20_000)
  })

  test('fetches again from where it is told to', async () => {
    await publish(600)
    const { offsets, total, onBatch } = collector()
    const consumer = await start({ onBatch })
    await vi.waitFor(() => expect(total()).toBe(600), 20_000)
    offsets.clear()
    consumer.seek({ topic, partition: 3, offset: 90n })
    await vi.waitFor(() => expect(offsets.get(3)?.length).toBe(10), 20_000)
    expect(offsets.get(3)?.[0]).toBe(90n)
    expect(total()).toBe(10)
  })

  test('leaves the group at once, so that the next member need not wait for the session to end', async () => {
    const assigned: number[] = []
    const first = await start({ onBatch: async () => {} })
    await start({ onBatch: async () => {}, onAssigned: (partitions) => void assigned.push(partitions.length) })
    await vi.waitFor(() => expect(assigned.at(-1)).toBe(3), 20_000)
    await first.close()
    await vi.waitFor(() => expect(assigned.at(-1)).toBe(6), 20_000)
  })

  test('leaves the group at once also while it waits to join, or to join again, because another member does not answer', async () => {
    await publish(600)
    const silence = untilTheEnd()
    const assigned: number[] = []
    const member = await start({ onBatch: async () => {} })
    await start({ onBatch: () => silence.promise, onAssigned: (partitions) => void assigned.push(partitions.length) })
    await vi.waitFor(() => expect(assigned).toContain(3), 20_000)
    const newcomer = consumerOf({ onBatch: async () => {} })
    const started = newcomer.start()
    await vi.waitFor(() => expect(member.sinceLastPoll()).toBeGreaterThan(1000), 20_000)
    let closed = false
    const closing = Promise.all([member.close(), newcomer.close(), started]).then(() => (closed = true))
    // the join that they leave would wait for the other member for a minute
    await vi.waitFor(() => expect(closed).toBe(true), 20_000)
    silence.resolve()
    await closing
    await vi.waitFor(() => expect(assigned.at(-1)).toBe(6), 20_000)
  })

  test('gets the partitions of a member that is removed from the group, before the session of that member ends', async () => {
    const silence = untilTheEnd()
    await publish(60)
    const assigned: number[] = []
    const members: string[] = []
    await start({
      onBatch: () => silence.promise,
      onAssigned: (_partitions, memberId) => void members.push(memberId),
    })
    const started = start({
      onBatch: async () => {},
      onAssigned: (partitions) => void assigned.push(partitions.length),
    })
    const admin = createAdmin(kafkaOf(topics.brokers))
    onTestFinished(() => admin.close())
    await vi.waitFor(() => expect(members).toHaveLength(1), 20_000)
    await admin.removeMember(`${topics.prefix}group`, members[0] ?? '')
    await started
    expect(assigned).toEqual([6])
    await admin.removeMember(`${topics.prefix}group`, 'a member that is not there')
  })

  test('begins again at the committed offsets when the group has forgotten it', async () => {
    await publish(600)
    const members: string[] = []
    const { total, onBatch } = collector()
    const consumer = await start({ onBatch, onAssigned: (_partitions, memberId) => void members.push(memberId) })
    await vi.waitFor(() => expect(total()).toBe(600), 20_000)
    await consumer.commit(Array.from({ length: 6 }, (_, partition) => ({ topic, partition, offset: 90n })))
    const admin = createAdmin(kafkaOf(topics.brokers))
    onTestFinished(() => admin.close())
    await admin.removeMember(`${topics.prefix}group`, members[0] ?? '')
    await vi.waitFor(() => expect(total()).toBe(660), 20_000)
    expect(members).toHaveLength(2)
    expect(members[1]).not.toBe(members[0])
  })

  test('reads partitions that are added while it runs', async () => {
    await publish(60)
    const { take, total } = collector()
    const assigned: number[] = []
    await start({
      onBatch: async (batch) => take(batch),
      onAssigned: (partitions) => void assigned.push(partitions.length),
    })
    await vi.waitFor(() => expect(total()).toBe(60), 20_000)
    const admin = createAdmin(kafkaOf(topics.brokers))
    await admin.addPartitions(topic, 8)
    await admin.close()
    await vi.waitFor(() => expect(assigned.at(-1)).toBe(8), 30_000)
  })

  test('hands over again what was not committed when a member joins, to the member that has the partition now', async () => {
    await publish(600)
    const taken = collector()
    let working = 0
    let interrupted = 0
    let busy = true
    await start({
      async onBatch(batch) {
        if (!busy) return taken.take(batch)
        working += 1
        try {
          while (busy) {
            await batch.heartbeat()
            await new Promise((resolve) => setTimeout(resolve, 50))
          }
          taken.take(batch)
        } finally {
          interrupted += 1
        }
      },
    })
    await vi.waitFor(() => expect(working).toBeGreaterThan(1), 20_000)
    await start({ onBatch: async (batch) => taken.take(batch) })
    busy = false
    await vi.waitFor(
      () => expect([...taken.offsets.values()].map((list) => new Set(list).size)).toEqual(Array(6).fill(100)),
      20_000,
    )
    expect(interrupted).toBe(working)
  })

  test('does not pass over a batch that became stale by a seek while it was worked on', async () => {
    await publish(600)
    const taken = collector()
    const release = Promise.withResolvers<void>()
    let held: ConsumedBatch | undefined
    const consumer = await start({
      async onBatch(batch) {
        if (held || batch.partition !== 2) return taken.take(batch)
        held = batch
        await release.promise
      },
    })
    await vi.waitFor(() => expect(held?.isStale()).toBe(false), 20_000)
    consumer.seek({ topic, partition: 2, offset: 95n })
    expect(held?.isStale()).toBe(true)
    release.resolve()
    await vi.waitFor(() => expect(taken.offsets.get(2)).toEqual([95n, 96n, 97n, 98n, 99n]), 20_000)
  })

  test('has turned lately, also when there is nothing to read', async () => {
    const consumer = await start({ onBatch: async () => {} })
    await vi.waitFor(() => expect(consumer.sinceLastPoll()).toBeLessThan(800), 20_000)
    await new Promise((resolve) => setTimeout(resolve, 1500))
    await vi.waitFor(() => expect(consumer.sinceLastPoll()).toBeLessThan(800), 20_000)
  })
})
