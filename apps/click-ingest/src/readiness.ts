import type { TopicNames } from '@ads-tracker/events'
import { type Admin, missingTopics } from '@ads-tracker/kafka'

interface KafkaReadinessDeps {
  admin: Pick<Admin, 'partitions'>
  topics: TopicNames
  sinceAcknowledged: () => number
}

const freshEnoughMs = 2000

/** Kafka is up when it acknowledged lately, or when it knows our topics. Asked at most once at a time. */
export function kafkaReadiness({ admin, topics, sinceAcknowledged }: KafkaReadinessDeps) {
  let asking: Promise<string> | undefined

  return async () => {
    if (sinceAcknowledged() < freshEnoughMs) return { kafka: 'up' }
    asking ??= ask().finally(() => (asking = undefined))
    return { kafka: await asking }
  }

  async function ask(): Promise<string> {
    try {
      return (await missingTopics(admin, Object.values(topics), 1000)) ?? 'up'
    } catch (error) {
      return `down: ${error instanceof Error ? error.message : String(error)}`
    }
  }
}
