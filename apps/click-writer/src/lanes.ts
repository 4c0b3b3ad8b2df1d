import type { TopicPartition } from '@ads-tracker/kafka'
import { bytesOf, joined, type Piece, sizeOf } from './piece.ts'

/** What is read of one partition and not stored yet. */
interface Lane extends TopicPartition {
  waiting: Piece[]
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
  // Partitions that a statement works on, at most one each. Kept apart from the assignment: a partition that leaves and
  // returns while its statement runs must not be taken by a second one.
  const busy = new Set<string>()
  let size = 0
  let bytes = 0
  let wake = Promise.withResolvers<void>()
  const changed = () => {
    wake.resolve()
    wake = Promise.withResolvers()
  }

  return {
    /** Events that wait to be stored. */
    size: () => size,
    /** Bytes of the records that wait or are being stored. */
    bytes: () => bytes,
    /** True when nothing waits and no statement runs. */
    isIdle: () => size === 0 && busy.size === 0,
    /** Resolves at the next change of any lane. */
    changed: () => wake.promise,
    notify: changed,
    has: (place: TopicPartition) => lanes.has(nameOf(place)),
    assigned: (): TopicPartition[] => [...lanes.values()].map(({ topic, partition }) => ({ topic, partition })),

    /** Replaces the assignment. What waits is dropped: it was not committed, and the new owner of the partition reads it again. */
    assign(partitions: TopicPartition[]) {
      const before = new Map(lanes)
      for (const { waiting } of lanes.values()) bytes -= bytesOf(waiting)
      lanes.clear()
      size = 0
      for (const { topic, partition } of partitions) {
        const old = before.get(nameOf({ topic, partition }))
        lanes.set(nameOf({ topic, partition }), {
          topic,
          partition,
          waiting: [],
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
        bytes += piece.bytes
      }
      changed()
    },

    /** Takes what waits in the lanes that no statement works on, the fullest lane first, up to about `max` events and `maxBytes`. */
    take(max: number, maxBytes = Infinity): Piece[] {
      const free = [...lanes.values()].filter((lane) => !busy.has(nameOf(lane)) && lane.waiting.length > 0)
      free.sort((a, b) => sizeOf(b.waiting) - sizeOf(a.waiting))
      const taken: Piece[] = []
      const room = { events: max, bytes: maxBytes }
      for (const lane of free) {
        if (room.events <= 0 || room.bytes <= 0) break
        const piece = takeFrom(lane, room)
        busy.add(nameOf(lane))
        room.events -= piece.entries.length
        room.bytes -= piece.bytes
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
      for (const piece of pieces) busy.delete(nameOf(piece))
      bytes -= bytesOf(pieces)
      changed()
    },

    /** Drops what waits in a lane that is to be read again from `offset`; true when it was read from there before. */
    readAgain({ topic, partition }: TopicPartition, offset: bigint): boolean {
      const lane = lanes.get(nameOf({ topic, partition }))
      if (lane === undefined) return false
      size -= sizeOf(lane.waiting)
      bytes -= bytesOf(lane.waiting)
      lane.waiting = []
      const again = lane.soughtAt === offset
      lane.soughtAt = offset
      return again
    },

    /** What was stored last of a lane that has nothing to do; undefined for a busy one. */
    idleAt(partition: TopicPartition): bigint | undefined {
      const lane = lanes.get(nameOf(partition))
      return lane === undefined || busy.has(nameOf(partition)) || lane.waiting.length > 0 ? undefined : lane.stored
    },

    /** Positions to commit to the group. */
    positions: () =>
      [...lanes.values()].flatMap(({ topic, partition, stored }) =>
        stored === undefined ? [] : [{ topic, partition, offset: stored }],
      ),
  }
}

// Consecutive pieces become one; after a hole in the offsets the rest waits for the next statement, which will call it a gap.
function takeFrom(lane: Lane, room: { events: number; bytes: number }): Piece {
  let piece = lane.waiting.shift() as Piece
  for (let next = lane.waiting[0]; next !== undefined; next = lane.waiting[0]) {
    if (next.first !== piece.next) break
    if (piece.entries.length + next.entries.length > room.events || piece.bytes + next.bytes > room.bytes) break
    piece = joined(piece, next)
    lane.waiting.shift()
  }
  return piece
}
