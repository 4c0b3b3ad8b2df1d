import { arrayOf, hexBytes, quoted } from './array-literal.ts'
import type { Batch, DeadLetterRow, EventRow, Position, OffsetRange } from './batch.ts'
import { createDeltaSums } from './delta-sums.ts'
import { createEventColumns, createTexts } from './event-columns.ts'
import type { EventType } from '@ads-tracker/events'

/** The call that {@link batchParameters} fills: one statement, arrays as text. */
export const applyBatchStatement = `select apply_batch_v2(
  $1::text[], $2::integer[], $3::text[], $4::bigint[], $5::bigint[], $6::bigint[], $7::integer[],
  $8::bigint[], $9::text[],
  $10::integer, $11::uuid[], $12::integer[], $13::bigint[], $14::bigint[], $15::inet[], $16::integer[], $17::float8[],
  $18::integer[], $19::integer[], $20::integer[], $21::integer[],
  $22::integer, $23::integer[], $24::bigint[],
  $25::uuid[], $26::integer[], $27::bigint[], $28::bigint[], $29::inet[], $30::integer[], $31::float8[],
  $32::integer[], $33::bigint[], $34::text[], $35::text[],
  $36::uuid[], $37::bytea[], $38::bytea[], $39::json[],
  $40::integer[], $41::text[], $42::integer[], $43::bigint[]
)::text as outcome`

/** Which events may be repeats: these are looked for one by one, all others are inserted without a look. */
export interface Suspicion {
  /** Records of a range below this offset may be in the ledger already. */
  plainFrom(range: OffsetRange): bigint
  /** Asked once for each event, in the order of the batch. */
  mayBeKnown(type: EventType, event: EventRow['event']): boolean
}

export interface BatchParameters {
  /** Indexes of the ranges in the order in which they are given to the statement. */
  ordered: number[]
  parameters: (string | number | null)[]
  /** Events that were given as possible repeats. */
  suspects: EventRow[]
}

/** Makes a repeat of each event possible. */
export const everythingSuspected: Suspicion = { plainFrom: () => 2n ** 63n - 1n, mayBeKnown: () => true }

/**
 * The parameters of apply_batch_v2. Slices come in this order: clicks first, then by topic and partition. Rows follow that order,
 * each range by offset, so that of two records with one id the earlier one wins.
 */
export function batchParameters({ ranges, events, deadLetters }: Batch, suspicion: Suspicion): BatchParameters {
  const ordered = ranges
    .map((_, index) => index)
    .sort((a, b) => compareRanges(ranges[a] as OffsetRange, ranges[b] as OffsetRange))
  const places = placesOf(ordered)
  const rows = inOrder(events, places)
  const sorted = ordered.map((index) => ranges[index] as OffsetRange)
  const plainFrom = sorted.map(suspicion.plainFrom)
  const { columns, suspects } = eventColumns(rows, sorted, plainFrom, suspicion)
  return {
    ordered,
    suspects,
    parameters: [
      ...rangeColumns(sorted, rowsPerRange(sorted.length, rows, deadLetters, places)),
      arrayOf(plainFrom),
      ...[
        ...columns,
        ...deadLetterColumns(deadLetters, places),
        ...replayColumns([...events, ...deadLetters], places),
      ].map((column) => (column === '{}' ? null : column)),
    ],
  }
}

function compareRanges(a: OffsetRange, b: OffsetRange): number {
  return compare(a.type, b.type) || compare(a.topic, b.topic) || a.partition - b.partition
}

function compare<T extends string | bigint>(a: T, b: T): number {
  return a < b ? -1 : a > b ? 1 : 0
}

// places[index of a range] is its place in the statement, from 1.
function placesOf(ordered: number[]): number[] {
  const places: number[] = []
  ordered.forEach((index, place) => (places[index] = place + 1))
  return places
}

function inOrder(events: EventRow[], places: number[]): EventRow[][] {
  const rows: EventRow[][] = places.map(() => [])
  for (const row of events) rows[(places[row.range] as number) - 1]?.push(row)
  for (const range of rows) if (!isSorted(range)) range.sort((a, b) => compare(a.offset, b.offset))
  return rows
}

function isSorted(rows: EventRow[]): boolean {
  for (let i = 1; i < rows.length; i++)
    if ((rows[i] as EventRow).offset < (rows[i - 1] as EventRow).offset) return false
  return true
}

function rowsPerRange(ranges: number, events: EventRow[][], deadLetters: DeadLetterRow[], places: number[]): number[] {
  const counts = Array.from({ length: ranges }, (_, place) => events[place]?.length ?? 0)
  for (const { range } of deadLetters) counts[(places[range] as number) - 1]! += 1
  return counts
}

function rangeColumns(ranges: OffsetRange[], counts: number[]): string[] {
  return [
    arrayOf(ranges.map(({ topic }) => quoted(topic))),
    arrayOf(ranges.map(({ partition }) => partition)),
    arrayOf(ranges.map(({ type }) => type)),
    arrayOf(ranges.map(({ firstOffset }) => firstOffset)),
    arrayOf(ranges.map(({ nextOffset }) => nextOffset)),
    arrayOf(ranges.map(({ lastTimestamp }) => lastTimestamp)),
    arrayOf(counts),
  ]
}

// One pass over the rows. Plain rows are stored before suspects: an id of which one row is a suspect has only suspects after it, so
// that the first row still wins, and one that the ledger has passed, which comes before all others, has only suspects.
function eventColumns(rows: EventRow[][], ranges: OffsetRange[], plainFrom: bigint[], { mayBeKnown }: Suspicion) {
  const agents = createTexts()
  const [plain, suspected, sums] = [createEventColumns(agents), createEventColumns(agents), createDeltaSums()]
  const [plainOf, suspectedOf] = [
    { click: 0, impression: 0 },
    { click: 0, impression: 0 },
  ]
  const suspectIds = passedIds(rows, ranges, plainFrom)
  const suspects: EventRow[] = []
  ranges.forEach(({ type }, index) => {
    const ids = suspectIds[type]
    for (const row of rows[index] as EventRow[]) {
      const { event, offset } = row
      if (mayBeKnown(type, event) || (ids.size > 0 && ids.has(event.event_id))) {
        ids.add(event.event_id)
        suspected.addPosition(index + 1, offset)
        suspected.add(row)
        suspects.push(row)
        suspectedOf[type]++
      } else {
        sums.add(type, event.ad_id, plain.add(row))
        plainOf[type]++
      }
    }
  })
  const columns = [
    agents.column(),
    plainOf.click,
    ...plain.values(),
    ...sums.columns(),
    suspectedOf.click,
    ...suspected.positions(),
    ...suspected.values(),
  ]
  return { columns, suspects }
}

function passedIds(rows: EventRow[][], ranges: OffsetRange[], plainFrom: bigint[]): Record<EventType, Set<string>> {
  const passed = { click: new Set<string>(), impression: new Set<string>() }
  ranges.forEach(({ type, firstOffset }, index) => {
    const from = plainFrom[index] as bigint
    if (from <= firstOffset) return
    for (const { offset, event } of rows[index] as EventRow[]) if (offset < from) passed[type].add(event.event_id)
  })
  return passed
}

function deadLetterColumns(rows: DeadLetterRow[], places: number[]): string[] {
  return [
    arrayOf(rows.map(({ range }) => places[range] as number)),
    arrayOf(rows.map(({ offset }) => offset)),
    arrayOf(rows.map(({ reason }) => reason)),
    arrayOf(rows.map(({ detail }) => quoted(storable(detail)))),
    arrayOf(rows.map(({ eventId }) => eventId ?? 'null')),
    arrayOf(rows.map(({ key }) => hexBytes(key))),
    arrayOf(rows.map(({ value }) => hexBytes(value))),
    arrayOf(rows.map(({ headers }) => quoted(JSON.stringify(headers)))),
  ]
}

// What is wrong with a record may quote the record.
function storable(text: string): string {
  return text.slice(0, 1_000).toWellFormed().replaceAll('\0', '')
}

function replayColumns(rows: { range: number; replayOf?: Position }[], places: number[]): string[] {
  const replays = rows.filter((row) => row.replayOf !== undefined) as { range: number; replayOf: Position }[]
  return [
    arrayOf(replays.map(({ range }) => places[range] as number)),
    arrayOf(replays.map(({ replayOf }) => quoted(storable(replayOf.topic)))),
    arrayOf(replays.map(({ replayOf }) => replayOf.partition)),
    arrayOf(replays.map(({ replayOf }) => replayOf.offset)),
  ]
}
