import type { TopicNames } from '@ads-tracker/events'
import type { Admin } from '@ads-tracker/kafka'

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
    const names = Object.values(topics)
    try {
      const found = await admin.partitions(names, 1000)
      const missing = names.filter((name) => !found.has(name))
      return missing.length === 0 ? 'up' : `topic ${missing.join(' and ')} missing: run the topics job`
    } catch (error) {
      return `down: ${error instanceof Error ? error.message : String(error)}`
    }
  }
}
