import type { AdEvent, DeadLetterReason, EventType } from '@ads-tracker/events'

/** Where a record lies in the log. */
export interface Position {
  topic: string
  partition: number
  offset: bigint
}

/** The records of one partition from `firstOffset` up to, not including, `nextOffset`: one row for each of them. */
export interface OffsetRange {
  topic: string
  partition: number
  type: EventType
  firstOffset: bigint
  nextOffset: bigint
  /** The broker's milliseconds of the last record. */
  lastTimestamp: number
}

export interface EventRow {
  /** Index into the batch's ranges. */
  range: number
  offset: bigint
  /** As `decodeEvent` gave it: nothing here is checked again. */
  event: AdEvent
  /** The dead letter that this record repeats. */
  replayOf?: Position
}

export interface DeadLetterRow {
  range: number
  offset: bigint
  reason: DeadLetterReason
  detail: string
  eventId: string | null
  key: Buffer | null
  value: Buffer | null
  headers: Record<string, string>
  replayOf?: Position
}

/** At most one range of each partition. */
export interface Batch {
  ranges: OffsetRange[]
  events: EventRow[]
  deadLetters: DeadLetterRow[]
}

export interface PartitionOutcome {
  topic: string
  partition: number
  /** Where the book is now. */
  nextOffset: bigint
  counted: number
  duplicates: number
  conflicts: number
  deadLetters: number
  /** Stored although the log delivered them below the book's next offset: the log is not the one that was read before. */
  recovered: number
}

export type BatchOutcome =
  | { status: 'applied'; partitions: PartitionOutcome[] }
  /** A range begins above its book; nothing was written. */
  | { status: 'gap'; gaps: { topic: string; partition: number; expected: bigint; found: bigint }[] }
  /** Nothing was written: apply again with these rows among the dead letters. */
  | { status: 'unknown_ads'; rows: { range: number; offset: bigint }[] }
