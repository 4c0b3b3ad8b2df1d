import { createBatchConsumer } from '@ads-tracker/kafka'
import type { Broker } from '../processes/broker.ts'
import { type DatabaseServer, withSql } from '../processes/database.ts'

/** The floor of freshness: one acknowledged produce, its fetch, and a commit of one row, in sequence. Milliseconds of each. */
export async function sequence(broker: Broker, server: DatabaseServer, count: number): Promise<number[]> {
  const topic = 'floor.ads.clicks.v1'
  await broker.createTopics('floor.')
  const producer = broker.kafka.producer({ allowAutoTopicCreation: false })
  await producer.connect()
  let arrived = Promise.withResolvers<void>()
  const consumer = createBatchConsumer({
    kafka: broker.kafka, groupId: 'floor', topics: [topic], concurrency: 6, onAssigned() {}, onCrash() {},
    async onBatch() {
      arrived.resolve()
    },
  })
  await consumer.start()
  const samples = await withSql(server.url, async (sql) => {
    await sql`create table if not exists floor_rows (id integer primary key)`
    const taken: number[] = []
    for (let n = 0; n < count; n++) {
      arrived = Promise.withResolvers<void>()
      const start = performance.now()
      await producer.send({ topic, acks: -1, messages: [{ value: `{"n":${n}}` }] })
      await arrived.promise
      await sql`insert into floor_rows values (${n})`
      taken.push(performance.now() - start)
    }
    await sql`drop table floor_rows`
    return taken
  })
  await Promise.all([consumer.close(), producer.disconnect()])
  // the first ones pay for connections, joining the group and compilation
  return samples.slice(Math.floor(count / 5))
}
