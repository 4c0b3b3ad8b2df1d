import type { AdEvent, DeadLetterReason, EventType } from '@ads-tracker/events'

/** The position of a record in the log. */
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
  /** Timestamp of the last record (LogAppendTime), in milliseconds. */
  lastTimestamp: number
}

export interface EventRow {
  /** Index into the batch's ranges. */
  range: number
  offset: bigint
  /** As returned by `decodeEvent`; it is not validated again. */
  event: AdEvent
  /** The dead letter that this record replays. */
  replayOf?: Position
}

/** A record that cannot be counted, with its bytes and the reason. */
export interface UncountedRecord {
  reason: DeadLetterReason
  /** What is wrong with it, for people. */
  detail: string
  eventId: string | null
  key: Buffer | null
  value: Buffer | null
  headers: Record<string, string>
}

export interface DeadLetterRow extends UncountedRecord {
  range: number
  offset: bigint
  replayOf?: Position
}

/** The arguments of one statement: at most one range of each partition. */
export interface Batch {
  ranges: OffsetRange[]
  events: EventRow[]
  deadLetters: DeadLetterRow[]
}

export interface PartitionOutcome {
  topic: string
  partition: number
  /** Position of the ledger after the batch. */
  nextOffset: bigint
  counted: number
  duplicates: number
  conflicts: number
  deadLetters: number
  /** Events that were unknown although they were below the position of the ledger: the topic was recreated or truncated. */
  recovered: number
}

export type BatchOutcome =
  | { status: 'applied'; partitions: PartitionOutcome[] }
  /** A range begins above the position of the ledger; nothing was written. */
  | { status: 'gap'; gaps: { topic: string; partition: number; expected: bigint; found: bigint }[] }
  /** Nothing was written: apply again with these rows among the dead letters. */
  | { status: 'unknown_ads'; rows: { range: number; offset: bigint }[] }
