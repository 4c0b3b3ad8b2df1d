import { type AdEvent, type DeadLetterReason, decodeEvent, type EventType } from '@ads-tracker/events'
import type { ConsumedRecord, TopicPartition } from '@ads-tracker/kafka'

/** A record of the log: an event, or the reason why it cannot be counted. */
export interface DecodedRecord {
  raw: ConsumedRecord
  event: AdEvent | undefined
  deadLetter: { reason: DeadLetterReason; detail: string; eventId: string | null } | undefined
  replayOf: (TopicPartition & { offset: bigint }) | undefined
}

/** Consecutive records of one partition: offsets from `first` up to, not including, `next`. */
export interface PartitionBatch extends TopicPartition {
  type: EventType
  first: bigint
  next: bigint
  records: DecodedRecord[]
  /** Bytes of keys and values, as they came from the broker. */
  bytes: number
}

/** Decodes fetched records. There is more than one batch when offsets are missing between them. */
export function toPartitionBatches(
  { topic, partition }: TopicPartition,
  type: EventType,
  records: ConsumedRecord[],
): PartitionBatch[] {
  const batches: PartitionBatch[] = []
  for (const record of records) {
    const last = batches.at(-1)
    if (last?.next === record.offset) {
      last.records.push(decode(record))
      last.next += 1n
      last.bytes += lengthOf(record)
    } else {
      batches.push({
        topic,
        partition,
        type,
        first: record.offset,
        next: record.offset + 1n,
        records: [decode(record)],
        bytes: lengthOf(record),
      })
    }
  }
  return batches
}

function lengthOf({ key, value }: ConsumedRecord): number {
  return (key?.length ?? 0) + (value?.length ?? 0)
}

function decode(record: ConsumedRecord): DecodedRecord {
  const decoded = decodeEvent(record.value)
  const replayed = record.headers['replay-of']
  return {
    raw: record,
    event: decoded.ok ? decoded.event : undefined,
    deadLetter: decoded.ok ? undefined : decoded,
    replayOf: replayed === undefined ? undefined : readPosition(replayed),
  }
}

/** `topic/partition/offset`: the header by which a replay names the dead letter that it repeats. */
function readPosition(text: string): DecodedRecord['replayOf'] {
  const match = /^([\w.-]{1,249})\/(\d{1,9})\/(\d{1,18})$/.exec(text)
  return match
    ? { topic: match[1] as string, partition: Number(match[2]), offset: BigInt(match[3] as string) }
    : undefined
}

/** Appends `next`, which must begin where `batch` ends. */
export function joined(batch: PartitionBatch, next: PartitionBatch): PartitionBatch {
  return { ...batch, next: next.next, records: batch.records.concat(next.records), bytes: batch.bytes + next.bytes }
}

/** Splits batches into a first and a second half; a single batch is split by its number of records. */
export function halves(batches: PartitionBatch[]): [PartitionBatch[], PartitionBatch[]] {
  if (batches.length > 1) {
    const middle = batches.length >> 1
    return [batches.slice(0, middle), batches.slice(middle)]
  }
  const [batch] = batches
  if (batch === undefined) return [[], []]
  const middle = batch.records.length >> 1
  const cut = batch.first + BigInt(middle)
  const [before, after] = [batch.records.slice(0, middle), batch.records.slice(middle)]
  const bytes = before.reduce((sum, { raw }) => sum + lengthOf(raw), 0)
  return [
    [{ ...batch, next: cut, records: before, bytes }],
    [{ ...batch, first: cut, records: after, bytes: batch.bytes - bytes }],
  ]
}

/** Bytes of the records in all batches. */
export function bytesOf(batches: PartitionBatch[]): number {
  return batches.reduce((sum, { bytes }) => sum + bytes, 0)
}

/** Number of records in all batches. */
export function sizeOf(batches: PartitionBatch[]): number {
  return batches.reduce((sum, batch) => sum + batch.records.length, 0)
}
