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
 * Creates a topic, or corrects it: partitions are only ever added, a retention that was raised stays, other settings that
 * differ from {@link topicSettings} are set back, and settings that it does not name are not touched. The book of each
 * partition is opened before the partition exists, so that the complete-through mark never misses one.
 * Safe to repeat. Returns lines for a human: what was changed, and what was left as found.
 */
export async function ensureTopic({ admin, store, topic, partitions }: TopicDeps): Promise<string[]> {
  const existing = (await admin.partitions([topic])).get(topic) ?? 0
  const wanted = Math.max(existing, partitions)
  await store.ensureLedger(Array.from({ length: wanted }, (_, partition) => ({ topic, partition })))
  if (existing === 0) return [await create(admin, topic, wanted)]
  const changes = []
  if (existing < wanted) {
    await admin.addPartitions(topic, wanted)
    changes.push(`${topic}: ${existing} partitions, now ${wanted}`)
  }
  const { changed, left } = await mendSettings(admin, topic)
  changes.push(...changed)
  return [...(changes.length > 0 ? changes : [`${topic}: up to date (${wanted} partitions)`]), ...left]
}

async function create(admin: TopicDeps['admin'], topic: string, numPartitions: number): Promise<string> {
  const replicationFactor = (await admin.brokers()) >= 3 ? 3 : 1
  const config = { ...topicSettings.config, 'min.insync.replicas': replicationFactor === 3 ? '2' : '1' }
  const configEntries = Object.entries(config).map(([name, value]) => ({ name, value }))
  await admin.create([{ topic, numPartitions, replicationFactor, configEntries }])
  return `${topic}: created with ${numPartitions} partitions, replication ${replicationFactor}`
}

async function mendSettings(admin: TopicDeps['admin'], topic: string) {
  const { config, overrides, replication } = await admin.describe(topic)
  const wanted: Record<string, string> = {
    ...topicSettings.config,
    'min.insync.replicas': replication >= 3 ? '2' : '1',
  }
  const different = Object.entries(wanted).filter(([name, value]) => config[name] !== value)
  const raised = different.filter(([name, value]) => isRaisedRetention(name, config[name], value))
  const wrong = different.filter((setting) => !raised.includes(setting))
  if (wrong.length > 0) await admin.configure(topic, Object.fromEntries(wrong))
  const others = overrides.filter((name) => !(name in wanted))
  return {
    changed: wrong.map(([name, value]) => `${topic}: ${name} was ${config[name]}, now ${value}`),
    left: [
      ...raised.map(([name, value]) => `${topic}: ${name} is ${config[name]}, more than ${value}; left as found`),
      ...others.map((name) => `${topic}: ${name} is ${config[name]}, not a setting of this job; left as found`),
    ],
  }
}

// The runbook of the writer has the retention raised in an outage: to lower it again would delete events that were
// acknowledged and not stored yet. -1 is no limit.
function isRaisedRetention(name: string, found: string | undefined, wanted: string): boolean {
  if (found === undefined || (name !== 'retention.ms' && name !== 'retention.bytes')) return false
  return wanted !== '-1' && (found === '-1' || BigInt(found) > BigInt(wanted))
}
