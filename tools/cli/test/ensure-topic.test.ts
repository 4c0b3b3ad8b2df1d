import { topicSettings } from '@ads-tracker/events'
import { type Admin, createAdmin, createKafka } from '@ads-tracker/kafka'
import { testTopics } from '@ads-tracker/local-servers'
import { expect, it, onTestFinished } from 'vitest'
import { ensureTopic } from '../src/commands/topics/ensure-topic.ts'

async function onBroker() {
  const { brokers, prefix, remove } = await testTopics({ partitions: 1 })
  const settings = { KAFKA_BROKERS: brokers, TOPIC_PREFIX: '', KAFKA_TLS: false }
  const admin: Admin = createAdmin(createKafka(settings, 'test', () => {}))
  const topic = `${prefix}fresh`
  const opened: string[] = []
  const store = {
    // the book of a partition is there before the partition is
    async ensureLedger(partitions: { topic: string; partition: number }[]) {
      const existing = (await admin.partitions([topic])).get(topic) ?? 0
      opened.push(`${partitions.length} books, ${existing} partitions`)
    },
  }
  onTestFinished(async () => {
    await admin.remove([topic])
    await admin.close()
    await remove()
  })
  return { admin, store, topic, opened }
}

it('makes a topic as it must be, after its books', async () => {
  const { admin, store, topic, opened } = await onBroker()
  expect(await ensureTopic({ admin, store, topic, partitions: 6 })).toEqual([
    `${topic}: created with 6 partitions, replication 1`,
  ])
  expect(opened).toEqual(['6 books, 0 partitions'])
  const { partitions, config } = await admin.describe(topic)
  expect(partitions).toBe(6)
  expect(config).toMatchObject(topicSettings.config)
})

it('leaves a good topic alone, adds partitions, takes none away, and sets settings back', async () => {
  const { admin, store, topic } = await onBroker()
  await ensureTopic({ admin, store, topic, partitions: 2 })
  const same = `${topic}: up to date (2 partitions)`
  expect(await ensureTopic({ admin, store, topic, partitions: 1 })).toEqual([same])
  expect(await ensureTopic({ admin, store, topic, partitions: 3 })).toEqual([`${topic}: 2 partitions, now 3`])
  // a broker shows a change some time after the controller has made it
  await expect.poll(async () => (await admin.describe(topic)).partitions).toBe(3)
  await configured(admin, topic, { ...topicSettings.config, 'retention.ms': '60000' })
  expect(await ensureTopic({ admin, store, topic, partitions: 3 })).toContain(
    `${topic}: retention.ms was 60000, now ${topicSettings.config['retention.ms']}`,
  )
  await shows(admin, topic, topicSettings.config)
})

it('never lowers a retention that was raised by hand, and says what it leaves as found', async () => {
  const { admin, store, topic } = await onBroker()
  await ensureTopic({ admin, store, topic, partitions: 2 })
  const twoWeeks = String(2 * Number(topicSettings.config['retention.ms']))
  for (const raised of [twoWeeks, '-1']) {
    await configured(admin, topic, { 'retention.ms': raised })
    expect(await ensureTopic({ admin, store, topic, partitions: 2 })).toEqual([
      `${topic}: up to date (2 partitions)`,
      `${topic}: retention.ms is ${raised}, more than ${topicSettings.config['retention.ms']}; left as found`,
    ])
    expect((await admin.describe(topic)).config['retention.ms']).toBe(raised)
  }
})

it('changes only what differs, so that every other setting of the topic stays', async () => {
  const { admin, store, topic } = await onBroker()
  await ensureTopic({ admin, store, topic, partitions: 2 })
  const twoWeeks = String(2 * Number(topicSettings.config['retention.ms']))
  const kept = { 'retention.ms': twoWeeks, 'file.delete.delay.ms': '90000' }
  await configured(admin, topic, { ...kept, 'retention.bytes': '1000000', 'max.message.bytes': '2000000' })
  expect(await ensureTopic({ admin, store, topic, partitions: 2 })).toEqual([
    `${topic}: retention.bytes was 1000000, now -1`,
    `${topic}: max.message.bytes was 2000000, now ${topicSettings.config['max.message.bytes']}`,
    `${topic}: retention.ms is ${twoWeeks}, more than ${topicSettings.config['retention.ms']}; left as found`,
    `${topic}: file.delete.delay.ms is 90000, not a setting of this job; left as found`,
  ])
  await shows(admin, topic, { ...topicSettings.config, ...kept, 'min.insync.replicas': '1' })
})

async function configured(admin: Admin, topic: string, config: Record<string, string>) {
  await admin.configure(topic, config)
  await shows(admin, topic, config)
}

// a broker shows a change some time after the controller has made it
async function shows(admin: Admin, topic: string, config: Record<string, string>) {
  await expect.poll(async () => (await admin.describe(topic)).config).toMatchObject(config)
}
