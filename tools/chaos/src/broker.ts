import { topicNames } from '@ads-tracker/events'
import { Kafka, logLevel, type Message } from 'kafkajs'

export interface PartitionEnd {
  topic: string
  partition: number
  /** `topic/partition`. */
  name: string
  /** Where its log ends. */
  high: bigint
}

export type Broker = ReturnType<typeof createBroker>

/** The suite's own way to the broker, past the system. */
export function createBroker(brokers: string, prefix: string) {
  const topics = topicNames(prefix)
  const kafka = new Kafka({
    clientId: 'chaos',
    brokers: [brokers],
    logLevel: logLevel.NOTHING,
    connectionTimeout: 3000,
    requestTimeout: 10_000,
    retry: { retries: 8, maxRetryTime: 1000 },
  })
  return {
    topics,
    ends,
    ask,
    produce,
    truncate,
    committed: (groupId: string) => ask((admin) => admin.fetchOffsets({ groupId, topics: Object.values(topics) })),
  }

  async function ask<T>(question: (admin: ReturnType<Kafka['admin']>) => Promise<T>): Promise<T> {
    const admin = kafka.admin()
    await admin.connect()
    try {
      return await question(admin)
    } finally {
      await admin.disconnect()
    }
  }

  /** Where the log of each partition ends. */
  function ends(): Promise<PartitionEnd[]> {
    return ask(async (admin) => {
      const endsOf = async (topic: string) =>
        (await admin.fetchTopicOffsets(topic)).map(({ partition, high }) => {
          return { topic, partition, name: `${topic}/${partition}`, high: BigInt(high) }
        })
      return (await Promise.all(Object.values(topics).map(endsOf))).flat()
    })
  }

  /** Takes everything out of the log that is in it now. */
  async function truncate(): Promise<PartitionEnd[]> {
    const all = await ends()
    for (const topic of Object.values(topics)) {
      const partitions = all
        .filter((end) => end.topic === topic)
        .map(({ partition, high }) => ({ partition, offset: String(high) }))
      await ask(async (admin) => {
        // kafkajs finds leaders only of topics that it was asked about before
        await admin.fetchTopicOffsets(topic)
        await admin.deleteTopicRecords({ topic, partitions })
      })
    }
    return all
  }

  async function produce(topic: string, messages: Message[]): Promise<void> {
    const producer = kafka.producer({ allowAutoTopicCreation: false })
    await producer.connect()
    try {
      await producer.send({ topic, messages, acks: -1 })
    } finally {
      await producer.disconnect()
    }
  }
}
