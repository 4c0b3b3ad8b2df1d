import { partitionName } from '@ads-tracker/events'
import type { TopicPartition } from '@ads-tracker/kafka'
import { bytesOf, joined, type PartitionBatch, sizeOf } from './partition-batch.ts'

/** Records of one partition that were read and are not stored yet. */
interface PartitionQueue extends TopicPartition {
  waiting: PartitionBatch[]
  /** Position after the last record that was stored. */
  stored: bigint | undefined
  /** The offset at which reading started again after a gap. A second gap at the same offset is real. */
  rereadFrom: bigint | undefined
}

export type PartitionQueues = ReturnType<typeof createPartitionQueues>

/** Records between reading and storing: a queue for each assigned partition, in offset order. */
export function createPartitionQueues() {
  const queues = new Map<string, PartitionQueue>()
  // Partitions whose records a statement is storing. Kept apart from the assignment: a partition that is revoked and
  // assigned again while its statement runs must not be taken by a second statement.
  const busy = new Set<string>()
  let size = 0
  let bytes = 0
  let wake = Promise.withResolvers<void>()
  const changed = () => {
    wake.resolve()
    wake = Promise.withResolvers()
  }

  return {
    /** Number of records that wait to be stored. */
    size: () => size,
    /** Bytes of the records that wait or are being stored. */
    bytes: () => bytes,
    /** True when nothing waits and no statement runs. */
    isIdle: () => size === 0 && busy.size === 0,
    /** Resolves at the next change of any queue. */
    changed: () => wake.promise,
    notify: changed,
    has: (place: TopicPartition) => queues.has(partitionName(place)),
    assigned: (): TopicPartition[] => [...queues.values()].map(({ topic, partition }) => ({ topic, partition })),

    /** Replaces the assignment. Waiting records are dropped: their offsets were not committed, so the new owner reads them again. */
    assign(partitions: TopicPartition[]) {
      const before = new Map(queues)
      for (const { waiting } of queues.values()) bytes -= bytesOf(waiting)
      queues.clear()
      size = 0
      for (const { topic, partition } of partitions) {
        const old = before.get(partitionName({ topic, partition }))
        queues.set(partitionName({ topic, partition }), {
          topic,
          partition,
          waiting: [],
          stored: old?.stored,
          rereadFrom: undefined,
        })
      }
      changed()
    },

    push(batches: PartitionBatch[]) {
      for (const batch of batches) {
        const queue = queues.get(partitionName(batch))
        if (queue === undefined) continue
        queue.waiting.push(batch)
        size += batch.records.length
        bytes += batch.bytes
      }
      changed()
    },

    /** Takes waiting records of partitions that are not busy, the longest queue first, up to about `max` records and `maxBytes`. */
    take(max: number, maxBytes = Infinity): PartitionBatch[] {
      const free = [...queues.values()].filter((queue) => !busy.has(partitionName(queue)) && queue.waiting.length > 0)
      free.sort((a, b) => sizeOf(b.waiting) - sizeOf(a.waiting))
      const taken: PartitionBatch[] = []
      const room = { events: max, bytes: maxBytes }
      for (const queue of free) {
        if (room.events <= 0 || room.bytes <= 0) break
        const batch = takeFrom(queue, room)
        busy.add(partitionName(queue))
        room.events -= batch.records.length
        room.bytes -= batch.bytes
        taken.push(batch)
      }
      size -= sizeOf(taken)
      return taken
    },

    /** Everything of this partition before `next` is stored. */
    stored({ topic, partition, next }: TopicPartition & { next: bigint }) {
      const queue = queues.get(partitionName({ topic, partition }))
      if (queue === undefined) return
      queue.stored = next
      queue.rereadFrom = undefined
    },

    /** The statement that stored these batches has ended. */
    release(batches: PartitionBatch[]) {
      for (const batch of batches) busy.delete(partitionName(batch))
      bytes -= bytesOf(batches)
      changed()
    },

    /** Drops waiting records of a partition that is read again from `offset`; true when it was already read again from there. */
    readAgain({ topic, partition }: TopicPartition, offset: bigint): boolean {
      const queue = queues.get(partitionName({ topic, partition }))
      if (queue === undefined) return false
      size -= sizeOf(queue.waiting)
      bytes -= bytesOf(queue.waiting)
      queue.waiting = []
      const again = queue.rereadFrom === offset
      queue.rereadFrom = offset
      return again
    },

    /** Position after the last stored record while the partition is idle, otherwise undefined. */
    idlePosition(partition: TopicPartition): bigint | undefined {
      const queue = queues.get(partitionName(partition))
      return queue === undefined || busy.has(partitionName(partition)) || queue.waiting.length > 0
        ? undefined
        : queue.stored
    },

    /** Positions to commit to the group. */
    positions: () =>
      [...queues.values()].flatMap(({ topic, partition, stored }) =>
        stored === undefined ? [] : [{ topic, partition, offset: stored }],
      ),
  }
}

// Consecutive batches are joined. After missing offsets the rest waits for the next statement, which reports the gap.
function takeFrom(queue: PartitionQueue, room: { events: number; bytes: number }): PartitionBatch {
  let batch = queue.waiting.shift() as PartitionBatch
  for (let next = queue.waiting[0]; next !== undefined; next = queue.waiting[0]) {
    if (next.first !== batch.next) break
    if (batch.records.length + next.records.length > room.events || batch.bytes + next.bytes > room.bytes) break
    batch = joined(batch, next)
    queue.waiting.shift()
  }
  return batch
}
