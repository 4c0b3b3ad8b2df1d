import { type AdEvent, encodeEvent, uuidv7 } from '@ads-tracker/events'
import type { ConsumedRecord } from '@ads-tracker/kafka'
import { type PartitionBatch, toPartitionBatches } from '../src/partition-batch.ts'

export function anEvent(change: Partial<AdEvent> = {}): AdEvent {
  const now = new Date().toISOString()
  return {
    event_id: uuidv7(),
    ad_id: 1,
    occurred_at: now,
    received_at: now,
    ip: '192.0.2.0',
    user_agent: null,
    playback_time: 1,
    ...change,
  }
}

export function aRecord(
  offset: number,
  change: Partial<AdEvent> = {},
  headers: Record<string, string> = {},
): ConsumedRecord {
  const event = anEvent(change)
  return {
    offset: BigInt(offset),
    key: Buffer.from(event.event_id),
    value: Buffer.from(encodeEvent(event)),
    headers,
    timestamp: Date.now(),
  }
}

/** A batch of `count` clicks from offset `first` of a partition. */
export function aBatch(partition: number, first: number, count: number): PartitionBatch {
  const records = Array.from({ length: count }, (_, i) => aRecord(first + i))
  return toPartitionBatches({ topic: 'clicks', partition }, 'click', records)[0] as PartitionBatch
}
