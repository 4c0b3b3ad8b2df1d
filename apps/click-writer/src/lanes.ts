import type { TopicPartition } from '@ads-tracker/kafka'
import { joined, type Piece, sizeOf } from './piece.ts'

/** What is read of one partition and not stored yet. At most one statement at a time works on a lane. */
interface Lane extends TopicPartition {
  waiting: Piece[]
  busy: boolean
  /** Position after the last record that was stored. */
  stored: bigint | undefined
  /** Where a gap made us read again: a second gap there is real. */
  soughtAt: bigint | undefined
}

export type Lanes = ReturnType<typeof createLanes>

/** `topic/partition`: the key of maps and the name in logs. */
export const nameOf = ({ topic, partition }: TopicPartition) => `${topic}/${partition}`

/** The queue between reading and storing: a lane for each assigned partition, in offset order. */
export function createLanes() {
  const lanes = new Map<string, Lane>()
  let size = 0
  let wake = Promise.withResolvers<void>()
  const changed = () => {
    wake.resolve()
    wake = Promise.withResolvers()
  }

  return {
    /** Events that wait to be stored. */
    size: () => size,
    /** True when nothing waits and no statement runs. */
    isIdle: () => size === 0 && ![...lanes.values()].some(({ busy }) => busy),
    /** Resolves at the next change of any lane. */
    changed: () => wake.promise,
    notify: changed,
    has: (place: TopicPartition) => lanes.has(nameOf(place)),
    assigned: (): TopicPartition[] => [...lanes.values()].map(({ topic, partition }) => ({ topic, partition })),

    /** Replaces the assignment. What waits is dropped: it was not committed, and whoever owns the partition reads it again. */
    assign(partitions: TopicPartition[]) {
      const before = new Map(lanes)
      lanes.clear()
      size = 0
      for (const { topic, partition } of partitions) {
        const old = before.get(nameOf({ topic, partition }))
        // a statement that runs goes on; its lane must not be taken by a second one
        lanes.set(nameOf({ topic, partition }), {
          topic,
          partition,
          waiting: [],
          busy: old?.busy ?? false,
          stored: old?.stored,
          soughtAt: undefined,
        })
      }
      changed()
    },

    push(pieces: Piece[]) {
      for (const piece of pieces) {
        const lane = lanes.get(nameOf(piece))
        if (lane === undefined) continue
        lane.waiting.push(piece)
        size += piece.entries.length
      }
      changed()
    },

    /** Takes what waits in the lanes that no statement works on, the fullest lane first, up to about `max` events. */
    take(max: number): Piece[] {
      const free = [...lanes.values()].filter(({ busy, waiting }) => !busy && waiting.length > 0)
      free.sort((a, b) => sizeOf(b.waiting) - sizeOf(a.waiting))
      const taken: Piece[] = []
      let room = max
      for (const lane of free) {
        if (room <= 0) break
        const piece = takeFrom(lane, room)
        lane.busy = true
        room -= piece.entries.length
        taken.push(piece)
      }
      size -= sizeOf(taken)
      return taken
    },

    /** The statement on this piece's lane is done, and everything before `next` is stored. */
    stored({ topic, partition, next }: TopicPartition & { next: bigint }) {
      const lane = lanes.get(nameOf({ topic, partition }))
      if (lane === undefined) return
      lane.stored = next
      lane.soughtAt = undefined
    },

    release(pieces: Piece[]) {
      for (const piece of pieces) {
        const lane = lanes.get(nameOf(piece))
        if (lane) lane.busy = false
      }
      changed()
    },

    /** Drops what waits in a lane that is to be read again from `offset`; true when it was read from there before. */
    readAgain({ topic, partition }: TopicPartition, offset: bigint): boolean {
      const lane = lanes.get(nameOf({ topic, partition }))
      if (lane === undefined) return false
      size -= sizeOf(lane.waiting)
      lane.waiting = []
      const again = lane.soughtAt === offset
      lane.soughtAt = offset
      return again
    },

    /** What was stored last of a lane that has nothing to do; undefined for a busy one. */
    idleAt(partition: TopicPartition): bigint | undefined {
      const lane = lanes.get(nameOf(partition))
      return lane === undefined || lane.busy || lane.waiting.length > 0 ? undefined : lane.stored
    },

    /** Positions to commit to the group. */
    positions: () =>
      [...lanes.values()].flatMap(({ topic, partition, stored }) =>
        stored === undefined ? [] : [{ topic, partition, offset: stored }],
      ),
  }
}

// Consecutive pieces become one; after a hole in the offsets the rest waits for the next statement, which will call it a gap.
function takeFrom(lane: Lane, max: number): Piece {
  let piece = lane.waiting.shift() as Piece
  for (let next = lane.waiting[0]; next !== undefined; next = lane.waiting[0]) {
    if (next.first !== piece.next || piece.entries.length + next.entries.length > max) break
    piece = joined(piece, next)
    lane.waiting.shift()
  }
  return piece
}
