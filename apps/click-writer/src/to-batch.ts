import type { Batch } from '@ads-tracker/data'
import type { Entry, Piece } from './piece.ts'

/** The arguments of one statement: a range for each piece, its events, and what of it cannot be stored as an event. */
export function toBatch(pieces: Piece[]): Batch {
  const batch: Batch = { ranges: [], events: [], deadLetters: [] }
  pieces.forEach((piece, range) => {
    batch.ranges.push({
      topic: piece.topic,
      partition: piece.partition,
      type: piece.type,
      firstOffset: piece.first,
      nextOffset: piece.next,
      lastTimestamp: (piece.entries.at(-1) as Entry).record.timestamp,
    })
    for (const { record, event, dead, replayOf } of piece.entries) {
      if (event && !dead) batch.events.push({ range, offset: record.offset, event, replayOf })
      else if (dead) batch.deadLetters.push({ range, offset: record.offset, ...deadLetterOf(dead, record), replayOf })
    }
  })
  return batch
}

function deadLetterOf(
  { reason, detail, eventId }: NonNullable<Entry['dead']>,
  { key, value, headers }: Entry['record'],
) {
  return { reason, detail, eventId, key, value, headers }
}

/** Marks an event as one that cannot be counted. */
export function moveToDeadLetters(entry: Entry, reason: NonNullable<Entry['dead']>['reason'], detail: string) {
  entry.dead = { reason, detail, eventId: entry.event?.event_id ?? null }
}
