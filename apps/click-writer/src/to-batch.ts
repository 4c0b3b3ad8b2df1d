import type { Batch } from '@ads-tracker/data'
import type { DecodedRecord, PartitionBatch } from './partition-batch.ts'

/** The arguments of one statement: an offset range for each partition, its events, and its dead letters. */
export function toBatch(partitions: PartitionBatch[]): Batch {
  const batch: Batch = { ranges: [], events: [], deadLetters: [] }
  partitions.forEach(({ topic, partition, type, first, next, records }, range) => {
    batch.ranges.push({
      topic,
      partition,
      type,
      firstOffset: first,
      nextOffset: next,
      lastTimestamp: (records.at(-1) as DecodedRecord).raw.timestamp,
    })
    for (const { raw, event, deadLetter, replayOf } of records) {
      if (event && !deadLetter) batch.events.push({ range, offset: raw.offset, event, replayOf })
      else if (deadLetter)
        batch.deadLetters.push({ range, offset: raw.offset, ...deadLetterOf(deadLetter, raw), replayOf })
    }
  })
  return batch
}

function deadLetterOf(
  { reason, detail, eventId }: NonNullable<DecodedRecord['deadLetter']>,
  { key, value, headers }: DecodedRecord['raw'],
) {
  return { reason, detail, eventId, key, value, headers }
}

/** Marks an event as one that cannot be counted. */
export function moveToDeadLetters(
  record: DecodedRecord,
  reason: NonNullable<DecodedRecord['deadLetter']>['reason'],
  detail: string,
) {
  record.deadLetter = { reason, detail, eventId: record.event?.event_id ?? null }
}
