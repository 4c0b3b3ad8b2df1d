import type { BatchStore } from '@ads-tracker/data'
import { topicSettings } from '@ads-tracker/events'
import type { Admin } from '@ads-tracker/kafka'

interface TopicDeps {
  admin: Pick<Admin, 'partitions' | 'brokers' | 'create' | 'addPartitions' | 'describe' | 'configure'>
  store: Pick<BatchStore, 'ensureLedger'>
  topic: string
  partitions: number
}

/**
 * Makes a topic as it must be, or mends it: partitions are only ever added, settings that differ are set back. The book of
 * each partition is opened before the partition exists, so that the complete-through mark never misses one.
 * Safe to repeat. Returns lines for a human.
 */
export async function ensureTopic({ admin, store, topic, partitions }: TopicDeps): Promise<string[]> {
  const existing = (await admin.partitions([topic])).get(topic) ?? 0
  const wanted = Math.max(existing, partitions)
  await store.ensureLedger(Array.from({ length: wanted }, (_, partition) => ({ topic, partition })))
  if (existing === 0) return [await create(admin, topic, wanted)]
  const lines = []
  if (existing < wanted) {
    await admin.addPartitions(topic, wanted)
    lines.push(`${topic}: ${existing} partitions, now ${wanted}`)
  }
  lines.push(...(await mendSettings(admin, topic)))
  return lines.length > 0 ? lines : [`${topic}: as it should be (${wanted} partitions)`]
}

async function create(admin: TopicDeps['admin'], topic: string, numPartitions: number): Promise<string> {
  const replicationFactor = (await admin.brokers()) >= 3 ? 3 : 1
  const config = { ...topicSettings.config, 'min.insync.replicas': replicationFactor === 3 ? '2' : '1' }
  const configEntries = Object.entries(config).map(([name, value]) => ({ name, value }))
  await admin.create([{ topic, numPartitions, replicationFactor, configEntries }])
  return `${topic}: created with ${numPartitions} partitions, replication ${replicationFactor}`
}

async function mendSettings(admin: TopicDeps['admin'], topic: string): Promise<string[]> {
  const { config, replication } = await admin.describe(topic)
  const wanted = { ...topicSettings.config, 'min.insync.replicas': replication >= 3 ? '2' : '1' }
  const different = Object.entries(wanted).filter(([name, value]) => config[name] !== value)
  if (different.length > 0) await admin.configure(topic, wanted)
  return different.map(([name, value]) => `${topic}: ${name} was ${config[name]}, now ${value}`)
}
