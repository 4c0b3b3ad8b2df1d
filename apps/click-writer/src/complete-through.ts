import type { BatchStore } from '@ads-tracker/data'
import { partitionName } from '@ads-tracker/events'
import type { Admin, TopicPartition } from '@ads-tracker/kafka'

interface CompleteThroughDeps {
  store: Pick<BatchStore, 'advanceCompleteThrough' | 'now'>
  admin: Pick<Admin, 'offsets'>
  assigned: () => TopicPartition[]
  /** Called with the milliseconds that this process's clock is ahead of the database's. */
  onSkew: (ms: number) => void
}

/**
 * Advances the complete-through marks of the assigned partitions. The time is the database's, so a wrong clock of this process
 * does not affect it. It is read before the ends of the log: everything that was acknowledged by then is below these ends, so it
 * is in the numbers of a partition whose ledger has reached its end.
 */
export async function advanceCompleteThrough({ store, admin, assigned, onSkew }: CompleteThroughDeps): Promise<void> {
  const partitions = assigned()
  if (partitions.length === 0) return
  const asked = Date.now()
  const at = await store.now()
  onSkew((asked + Date.now()) / 2 - at.getTime())
  const topics = [...new Set(partitions.map(({ topic }) => topic))]
  const ends = new Map<string, bigint>()
  for (const offsets of await Promise.all(
    topics.map(async (topic) => ({ topic, found: await admin.offsets(topic) })),
  )) {
    for (const { partition, high } of offsets.found) ends.set(partitionName({ topic: offsets.topic, partition }), high)
  }
  const known = partitions.flatMap(({ topic, partition }) => {
    const end = ends.get(partitionName({ topic, partition }))
    return end === undefined ? [] : [{ topic, partition, end }]
  })
  await store.advanceCompleteThrough({ at, ends: known })
}
