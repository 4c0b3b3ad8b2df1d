import type { TopicNames } from '@ads-tracker/events'
import { type Admin, missingTopics } from '@ads-tracker/kafka'

interface KafkaReadinessDeps {
  admin: Pick<Admin, 'partitions'>
  topics: TopicNames
  sinceAcknowledged: () => number
}

const freshEnoughMs = 2000

/** Kafka is up if it acknowledged an event recently, or if our topics exist. One check runs at a time. */
export function kafkaReadiness({ admin, topics, sinceAcknowledged }: KafkaReadinessDeps) {
  let checking: Promise<string> | undefined

  return async () => {
    if (sinceAcknowledged() < freshEnoughMs) return { kafka: 'up' }
    checking ??= check().finally(() => (checking = undefined))
    return { kafka: await checking }
  }

  async function check(): Promise<string> {
    try {
      return (await missingTopics(admin, Object.values(topics), 1000)) ?? 'up'
    } catch (error) {
      return `down: ${error instanceof Error ? error.message : String(error)}`
    }
  }
}
