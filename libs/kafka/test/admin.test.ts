import { testTopics } from '@ads-tracker/local-servers'
import { afterAll, describe, expect, test } from 'vitest'
import { createAdmin, createProducer } from '../src/index.ts'
import { kafkaOf, record } from './client.ts'

describe('questions to the broker', async () => {
  const own = await testTopics({ partitions: 3 })
  const admin = createAdmin(kafkaOf(own.brokers))
  const made = `${own.prefix}made`
  afterAll(async () => {
    await admin.remove([made]).catch(() => {})
    await admin.close()
    await own.remove()
  })

  test('tell how many partitions the topics have that exist', async () => {
    expect(await admin.partitions([own.topics.click, 'no-such-topic'])).toEqual(new Map([[own.topics.click, 3]]))
    expect(await admin.partitions(['no-such-topic'])).toEqual(new Map())
    expect(await admin.brokers()).toBe(1)
  })

  test('tell where the log of each partition begins and ends', async () => {
    const producer = createProducer({ kafka: () => kafkaOf(own.brokers) })
    await producer.publish(own.topics.click, record('one'))
    await producer.close()
    const offsets = await admin.offsets(own.topics.click)
    expect(offsets.map(({ partition }) => partition).sort()).toEqual([0, 1, 2])
    expect(offsets.reduce((sum, { high, low }) => sum + high - low, 0n)).toBe(1n)
  })

  test('make, describe, change and widen a topic, which can be written at once', async () => {
    expect(await admin.create([{ topic: made, numPartitions: 2, replicationFactor: 1 }])).toBe(true)
    expect(await admin.create([{ topic: made, numPartitions: 2, replicationFactor: 1 }])).toBe(false)
    const producer = createProducer({ kafka: () => kafkaOf(own.brokers) })
    await producer.publish(made, record('first'))
    await producer.close()
    await admin.configure(made, { 'retention.ms': '60000' })
    await admin.addPartitions(made, 4)
    await expect
      .poll(() => admin.describe(made), { timeout: 10_000 })
      .toMatchObject({ partitions: 4, replication: 1, config: { 'retention.ms': '60000' } })
  })

  test('change the settings that are named and keep all others', async () => {
    const topic = own.topics.impression
    const before = (await admin.describe(topic)).config
    await admin.configure(topic, { 'file.delete.delay.ms': '90000' })
    await expect
      .poll(async () => (await admin.describe(topic)).config, { timeout: 10_000 })
      .toEqual({ ...before, 'file.delete.delay.ms': '90000' })
    expect((await admin.describe(topic)).overrides).toContain('file.delete.delay.ms')
    await expect(admin.configure(topic, { 'retention.ms': 'long' })).rejects.toThrow()
  })

  test('end by their deadline when nobody answers, and work again afterwards', async () => {
    const nobody = createAdmin(kafkaOf('127.0.0.1:9'))
    const start = performance.now()
    await expect(nobody.partitions(['x'], 1000)).rejects.toThrow()
    expect(performance.now() - start).toBeLessThan(2000)
    await nobody.close()
    expect(await admin.brokers()).toBe(1)
  })
})
