import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { topicNames, topicSettings } from '@ads-tracker/events'
import { type Admin, createAdmin, createKafka, type Kafka } from '@ads-tracker/kafka'
import { freePort, startKafka } from '@ads-tracker/local-servers'

export interface Broker {
  brokers: string
  pid: number
  kafka: Kafka
  admin: Admin
  /** Makes both topics under the prefix, as the topics tool does, without a ledger. */
  createTopics(prefix: string): Promise<void>
  /** Records in all partitions of a topic. */
  recordsOf(topic: string): Promise<number>
  stop(): Promise<void>
}

/** A Kafka of the benchmark's own, as fast as it can be on this machine. */
export async function startBroker(say: (text: string) => void): Promise<Broker> {
  const dir = mkdtempSync(join(tmpdir(), 'ads-tracker-bench-kafka-'))
  const server = await startKafka({
    dir,
    port: await freePort(),
    controllerPort: await freePort(),
    heapMegabytes: 768,
    optimise: true,
    endsWithParent: true,
    say,
  })
  const kafka = createKafka({ KAFKA_BROKERS: server.brokers, TOPIC_PREFIX: '', KAFKA_TLS: false }, 'bench', () => {})
  const admin = createAdmin(kafka)
  const configEntries = Object.entries(topicSettings.config).map(([name, value]) => ({ name, value }))
  return {
    brokers: server.brokers,
    pid: server.pid,
    kafka,
    admin,
    async createTopics(prefix) {
      await admin.create(
        Object.values(topicNames(prefix)).map((topic) => ({
          topic,
          numPartitions: topicSettings.partitions,
          replicationFactor: 1,
          configEntries,
        })),
      )
    },
    async recordsOf(topic) {
      return (await admin.offsets(topic)).reduce((sum, { low, high }) => sum + Number(high - low), 0)
    },
    async stop() {
      await admin.close()
      await server.stop()
      rmSync(dir, { recursive: true, force: true })
    },
  }
}
