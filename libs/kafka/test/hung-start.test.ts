import { connect, createServer, type AddressInfo } from 'node:net'
import { testTopics, type TestTopics } from '@ads-tracker/local-servers'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { createBatchConsumer } from '../src/index.ts'
import { kafkaOf } from './client.ts'

let topics: TestTopics
beforeAll(async () => {
  topics = await testTopics()
})
afterAll(() => topics.remove())

test('a consumer starts at the next attempt after a broker that took its connection and said nothing', async () => {
  let isSilent = true
  const proxy = createServer((client) => {
    client.on('error', () => {})
    if (isSilent) return void client.resume()
    const broker = connect(Number(topics.brokers.split(':')[1]), '127.0.0.1')
    for (const socket of [client, broker]) socket.on('error', () => {})
    client.pipe(broker).pipe(client)
  })
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
  const consumer = createBatchConsumer({
    kafka: kafkaOf(`127.0.0.1:${(proxy.address() as AddressInfo).port}`),
    groupId: `${topics.prefix}hung`,
    topics: [topics.topics.click],
    concurrency: 1,
    onBatch: async () => {},
    onAssigned: () => {},
    onCrash: () => {},
  })
  const first = consumer.start().then(
    () => 'started',
    () => 'failed',
  )
  await new Promise((resolve) => setTimeout(resolve, 2500))
  isSilent = false
  await first
  await vi.waitFor(() => consumer.start(), { timeout: 15_000, interval: 200 })
  expect(consumer.sinceLastPoll()).toBeLessThan(20_000)
  await consumer.close()
  proxy.close()
})
