import { createBatchConsumer } from '@ads-tracker/kafka'
import postgres from 'postgres'
import type { Broker } from '../processes/broker.ts'
import type { DatabaseServer } from '../processes/database.ts'

export interface Sequence {
  /** Milliseconds of each of `count` clicks that go one after the other. */
  measure(count: number): Promise<number[]>
  stop(): Promise<void>
}

/** The floor of freshness: one acknowledged produce, its fetch, and a commit of one row, in sequence. */
export async function startSequence(broker: Broker, server: DatabaseServer): Promise<Sequence> {
  const topic = 'floor.ads.clicks.v1'
  await broker.createTopics('floor.')
  const producer = broker.kafka.producer({ allowAutoTopicCreation: false })
  await producer.connect()
  const sql = postgres(server.url, { max: 1, onnotice: () => {} })
  await sql`create table floor_rows (id integer generated always as identity primary key)`
  let arrived = Promise.withResolvers<void>()
  const consumer = createBatchConsumer({
    kafka: broker.kafka,
    groupId: 'floor',
    topics: [topic],
    concurrency: 6,
    onAssigned() {},
    onCrash() {},
    async onBatch() {
      arrived.resolve()
    },
  })
  await consumer.start()
  return { measure, stop }

  async function measure(count: number) {
    const taken: number[] = []
    for (let n = 0; n < count; n++) {
      arrived = Promise.withResolvers<void>()
      const start = performance.now()
      await producer.send({ topic, acks: -1, messages: [{ value: `{"n":${n}}` }] })
      await arrived.promise
      await sql`insert into floor_rows default values`
      taken.push(performance.now() - start)
    }
    return taken
  }

  async function stop() {
    await Promise.all([consumer.close(), producer.disconnect(), sql.end({ timeout: 5 })])
  }
}
