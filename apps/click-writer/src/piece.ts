import { type AdEvent, type DeadLetterReason, decodeEvent, type EventType } from '@ads-tracker/events'
import type { ConsumedRecord, TopicPartition } from '@ads-tracker/kafka'

/** One record of the log: an event, or the reason why it is none. */
export interface Entry {
  record: ConsumedRecord
  event: AdEvent | undefined
  dead: { reason: DeadLetterReason; detail: string; eventId: string | null } | undefined
  replayOf: (TopicPartition & { offset: bigint }) | undefined
}

/** Consecutive records of one partition: offsets from `first` up to, not including, `next`. */
export interface Piece extends TopicPartition {
  type: EventType
  first: bigint
  next: bigint
  entries: Entry[]
  /** Of keys and values, as they came from the broker. */
  bytes: number
}

/** Decodes fetched records. More than one piece comes back when offsets are missing between them. */
export function toPieces({ topic, partition }: TopicPartition, type: EventType, records: ConsumedRecord[]): Piece[] {
  const pieces: Piece[] = []
  for (const record of records) {
    const last = pieces.at(-1)
    if (last?.next === record.offset) {
      last.entries.push(toEntry(record))
      last.next += 1n
      last.bytes += lengthOf(record)
    } else {
      pieces.push({
        topic,
        partition,
        type,
        first: record.offset,
        next: record.offset + 1n,
        entries: [toEntry(record)],
        bytes: lengthOf(record),
      })
    }
  }
  return pieces
}

function lengthOf({ key, value }: ConsumedRecord): number {
  return (key?.length ?? 0) + (value?.length ?? 0)
}

function toEntry(record: ConsumedRecord): Entry {
  const decoded = decodeEvent(record.value)
  const replayed = record.headers['replay-of']
  return {
    record,
    event: decoded.ok ? decoded.event : undefined,
    dead: decoded.ok ? undefined : decoded,
    replayOf: replayed === undefined ? undefined : readPosition(replayed),
  }
}

/** `topic/partition/offset`, as the replay of a dead letter names the record that it repeats. */
function readPosition(text: string): Entry['replayOf'] {
  const match = /^([\w.-]{1,249})\/(\d{1,9})\/(\d{1,18})$/.exec(text)
  return match
    ? { topic: match[1] as string, partition: Number(match[2]), offset: BigInt(match[3] as string) }
    : undefined
}

/** Appends `next` to `piece`, whose end it must begin at. */
export function joined(piece: Piece, next: Piece): Piece {
  return { ...piece, next: next.next, entries: piece.entries.concat(next.entries), bytes: piece.bytes + next.bytes }
}

/** Cuts pieces into a first and a second half by number of events; one event cannot be cut. */
export function halves(pieces: Piece[]): [Piece[], Piece[]] {
  if (pieces.length > 1) {
    const middle = pieces.length >> 1
    return [pieces.slice(0, middle), pieces.slice(middle)]
  }
  const [piece] = pieces
  if (piece === undefined) return [[], []]
  const middle = piece.entries.length >> 1
  const cut = piece.first + BigInt(middle)
  const [before, after] = [piece.entries.slice(0, middle), piece.entries.slice(middle)]
  const bytes = before.reduce((sum, { record }) => sum + lengthOf(record), 0)
  return [
    [{ ...piece, next: cut, entries: before, bytes }],
    [{ ...piece, first: cut, entries: after, bytes: piece.bytes - bytes }],
  ]
}

/** Bytes of the records in all pieces. */
export function bytesOf(pieces: Piece[]): number {
  return pieces.reduce((sum, { bytes }) => sum + bytes, 0)
}

/** Number of records in all pieces. */
export function sizeOf(pieces: Piece[]): number {
  return pieces.reduce((sum, piece) => sum + piece.entries.length, 0)
}
