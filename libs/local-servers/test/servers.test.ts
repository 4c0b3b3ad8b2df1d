import { Kafka, logLevel } from 'kafkajs'
import postgres from 'postgres'
import { expect, test } from 'vitest'
import { testDatabase, testTopics } from '../src/index.ts'

test('every test database is its own and says that its writes are durable', async () => {
  const [one, other] = await Promise.all([testDatabase(), testDatabase()])
  const sql = postgres(one.url, { max: 1 })
  await sql`create table only_here (id int)`
  expect(
    await sql`select current_setting('server_version_num')::int / 10000 as version, current_setting('fsync') as fsync`,
  ).toEqual([{ version: 18, fsync: 'on' }])
  const elsewhere = postgres(other.url, { max: 1 })
  await expect(elsewhere`select * from only_here`).rejects.toThrow('does not exist')
  await Promise.all([sql.end(), elsewhere.end()])
  await Promise.all([one.drop(), other.drop()])
})

test('test topics take and give back messages, and have the settings of production', async () => {
  const { brokers, topics, prefix, remove } = await testTopics()
  const kafka = new Kafka({ brokers: [brokers], logLevel: logLevel.NOTHING })
  const [producer, admin] = [kafka.producer(), kafka.admin()]
  await Promise.all([producer.connect(), admin.connect()])
  await producer.send({ topic: topics.click, acks: -1, messages: [{ value: 'x', partition: 5 }] })
  const offsets = await admin.fetchTopicOffsets(topics.click)
  expect(offsets).toHaveLength(6)
  expect(offsets.find(({ partition }) => partition === 5)?.high).toBe('1')
  expect(topics.click).toBe(`${prefix}ads.clicks.v1`)
  await Promise.all([producer.disconnect(), admin.disconnect()])
  await remove()
})
