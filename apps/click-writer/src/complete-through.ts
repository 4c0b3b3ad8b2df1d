import type { BatchStore } from '@ads-tracker/data'
import type { Admin, TopicPartition } from '@ads-tracker/kafka'
import { nameOf } from './lanes.ts'

interface CompleteThroughDeps {
  store: Pick<BatchStore, 'advanceCompleteThrough'>
  admin: Pick<Admin, 'offsets'>
  assigned: () => TopicPartition[]
}

/**
 * Moves the marks of the assigned partitions. The time is taken before the ends of the log are asked for: everything that
 * was acknowledged until then lies below these ends, so where the ledger has reached them, it is in the numbers.
 */
export async function advanceCompleteThrough({ store, admin, assigned }: CompleteThroughDeps): Promise<void> {
  const partitions = assigned()
  if (partitions.length === 0) return
  const at = new Date()
  const topics = [...new Set(partitions.map(({ topic }) => topic))]
  const ends = new Map<string, bigint>()
  for (const offsets of await Promise.all(
    topics.map(async (topic) => ({ topic, found: await admin.offsets(topic) })),
  )) {
    for (const { partition, high } of offsets.found) ends.set(nameOf({ topic: offsets.topic, partition }), high)
  }
  const known = partitions.flatMap(({ topic, partition }) => {
    const end = ends.get(nameOf({ topic, partition }))
    return end === undefined ? [] : [{ topic, partition, end }]
  })
  await store.advanceCompleteThrough({ at, ends: known })
}
