import type { BatchStore } from '@ads-tracker/data'
import type { Admin, TopicPartition } from '@ads-tracker/kafka'
import { nameOf } from './lanes.ts'

interface CompleteThroughDeps {
  store: Pick<BatchStore, 'advanceCompleteThrough' | 'now'>
  admin: Pick<Admin, 'offsets'>
  assigned: () => TopicPartition[]
  /** Told how far this process's clock is ahead of the database's, in milliseconds. */
  onSkew: (ms: number) => void
}

/**
 * Moves the marks of the assigned partitions. The time is the database's, so that a wrong clock of this process makes no
 * mark wrong. It is taken before the ends of the log are asked for: everything that
 * was acknowledged until then lies below these ends, so where the ledger has reached them, it is in the numbers.
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
    for (const { partition, high } of offsets.found) ends.set(nameOf({ topic: offsets.topic, partition }), high)
  }
  const known = partitions.flatMap(({ topic, partition }) => {
    const end = ends.get(nameOf({ topic, partition }))
    return end === undefined ? [] : [{ topic, partition, end }]
  })
  await store.advanceCompleteThrough({ at, ends: known })
}
