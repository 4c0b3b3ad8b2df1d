import { randomBytes } from 'node:crypto'
import { topicNames, topicSettings, type TopicNames } from '@ads-tracker/events'
import { Kafka, logLevel } from 'kafkajs'
import { retryFor } from './deadline.ts'

type KafkaAdmin = ReturnType<Kafka['admin']>

export interface TestTopics {
  brokers: string
  /** For TOPIC_PREFIX. */
  prefix: string
  topics: TopicNames
  remove(): Promise<void>
}

/** Topics of the test's own, as production has them. */
export async function testTopics({ partitions = topicSettings.partitions as number } = {}): Promise<TestTopics> {
  const brokers = process.env.TEST_KAFKA_BROKERS
  if (!brokers) throw new Error("there is no Kafka: the project's vitest.config.ts must be serverTests('kafka')")
  const prefix = `test-${randomBytes(6).toString('hex')}.`
  const topics = topicNames(prefix)
  const configEntries = Object.entries(topicSettings.config).map(([name, value]) => ({ name, value }))
  const options = { numPartitions: partitions, replicationFactor: 1, configEntries }
  const wanted = Object.values(topics).map((topic) => ({ topic, ...options }))
  await withAdmin(brokers, async (admin) => {
    // kafkajs' own wait gives up when a busy broker has not heard of the new topics yet
    await admin.createTopics({ topics: wanted, waitForLeaders: false })
    await retryFor(20_000, () => assertLeaders(admin, Object.values(topics), partitions))
  })
  return {
    brokers,
    prefix,
    topics,
    remove: () => withAdmin(brokers, (admin) => admin.deleteTopics({ topics: Object.values(topics) })),
  }
}

// A broker tells of a leader before it is one: asking for the ends of the log is what only a leader answers.
async function assertLeaders(admin: KafkaAdmin, topics: string[], partitions: number): Promise<void> {
  for (const topic of topics) {
    if ((await admin.fetchTopicOffsets(topic)).length < partitions)
      throw new Error(`${topic} has not all of its partitions yet`)
  }
}

async function withAdmin(brokers: string, work: (admin: KafkaAdmin) => Promise<unknown>): Promise<void> {
  const admin = new Kafka({ brokers: brokers.split(','), logLevel: logLevel.NOTHING }).admin()
  await admin.connect()
  try {
    await work(admin)
  } finally {
    await admin.disconnect()
  }
}
