import type { AdEvent, DeadLetterReason, EventType } from '@ads-tracker/events'
import type { Batch, BatchOutcome, DeadLetterRow, EventRow, Position } from '../src/index.ts'

/** A record of a log as the writer sees it: an event, or what could not be read as one. */
export interface LogRecord {
  event?: AdEvent
  reason?: DeadLetterReason
  /** The id that could be read of what is no event. */
  eventId?: string
  replayOf?: Position
}

export interface Range {
  type: EventType
  partition: number
  from: number
  to: number
}

export const topics: Record<EventType, string> = { click: 'test.clicks', impression: 'test.impressions' }
/** The broker's clock: a second for each offset. */
export const brokerTime = (offset: number) => Date.UTC(2026, 0, 1) + offset * 1000

const minute = 60_000
const start = Date.UTC(2026, 0, 1, 12)

/** An event whose id is the `n`th of a small, sortable pool. */
export function event(n: number, fields: Partial<AdEvent> = {}): AdEvent {
  const at = new Date(start + n * minute).toISOString()
  return {
    event_id: id(n),
    ad_id: 1,
    occurred_at: at,
    received_at: at,
    ip: '192.0.2.0',
    user_agent: 'a "quoted\\ agent',
    playback_time: 1.5,
    ...fields,
  }
}

/** Spread over the partitions: odd ones are of version 7, even ones of version 4. */
export function id(n: number): string {
  const tail = n.toString(16).padStart(12, '0')
  return n % 2 === 1 ? `019b76da-a800-7000-8000-${tail}` : `${(n % 16).toString(16)}3b0e3f1-5d1c-4c3e-9f00-${tail}`
}

/** A batch of these ranges; records without an event, and `deadRecords` (topic/partition/offset), are its dead letters. */
export function batchOf(
  log: (type: EventType, partition: number, offset: number) => LogRecord,
  ranges: Range[],
  deadRecords = new Set<string>(),
): Batch {
  const batch: Batch = { ranges: [], events: [], deadLetters: [] }
  for (const { type, partition, from, to } of ranges) {
    const range = batch.ranges.length
    const topic = topics[type]
    batch.ranges.push({
      topic,
      partition,
      type,
      firstOffset: BigInt(from),
      nextOffset: BigInt(to),
      lastTimestamp: brokerTime(to - 1),
    })
    for (let offset = from; offset < to; offset++) {
      const record = log(type, partition, offset)
      const { event, replayOf } = record
      const row = { range, offset: BigInt(offset), ...(replayOf && { replayOf }) }
      if (event && !deadRecords.has(`${topic}/${partition}/${offset}`)) batch.events.push({ ...row, event })
      else batch.deadLetters.push({ ...row, ...letterOf(record) })
    }
  }
  return batch
}

function letterOf({
  event,
  eventId,
  reason = 'unknown_ad',
}: LogRecord): Omit<DeadLetterRow, 'range' | 'offset' | 'replayOf'> {
  const value = event ? Buffer.from(JSON.stringify(event)) : Buffer.from([0xff, 0, 1])
  return {
    reason,
    detail: 'what was wrong',
    eventId: event?.event_id ?? eventId ?? null,
    key: null,
    value,
    headers: { v: '1', odd: 'a"b\\c' },
  }
}

/** What the writer does with rows of unknown ads: they become dead letters of the same batch. */
export function moveToDeadLetters(batch: Batch, outcome: BatchOutcome): Batch {
  if (outcome.status !== 'unknown_ads') return batch
  const isUnknown = (row: EventRow) =>
    outcome.rows.some(({ range, offset }) => range === row.range && offset === row.offset)
  const letters = batch.events.filter(isUnknown).map(({ event, ...row }) => ({ ...row, ...letterOf({ event }) }))
  return {
    ...batch,
    events: batch.events.filter((row) => !isUnknown(row)),
    deadLetters: [...batch.deadLetters, ...letters],
  }
}
