import { arrayOf, hexBytes, quoted } from './array-literal.ts'
import type { Batch, DeadLetterRow, EventRow, Position, Slice } from './batch.ts'
import { millisecondsOf } from './milliseconds.ts'

/** The call that {@link batchParameters} fills: one statement, arrays as text. */
export const applyBatchStatement = `select apply_batch_v1(
  $1::text::text[], $2::text::integer[], $3::text::text[], $4::text::bigint[], $5::text::bigint[], $6::text::bigint[], $7::text::integer[],
  $8::integer, $9::text::integer[], $10::text::bigint[],
  $11::text::uuid[], $12::text::integer[], $13::text::bigint[], $14::text::bigint[], $15::text::inet[], $16::text::text[], $17::text::float8[],
  $18::text::integer[], $19::text::bigint[], $20::text::text[], $21::text::text[],
  $22::text::uuid[], $23::text::bytea[], $24::text::bytea[], $25::text::json[],
  $26::text::integer[], $27::text::text[], $28::text::integer[], $29::text::bigint[]
)::text as outcome`

/**
 * The parameters of apply_batch_v1, and the slices in the order in which they were given to it: clicks first, then by
 * topic and partition. The rows follow that order, each slice by offset, so that of two records with one id the earlier one wins.
 */
export function batchParameters({ slices, events, deadLetters }: Batch): {
  ordered: number[]
  parameters: (string | number)[]
} {
  const ordered = slices.map((_, index) => index).sort((a, b) => compareSlices(slices[a] as Slice, slices[b] as Slice))
  const places = placesOf(ordered)
  const rows = inOrder(events, places)
  const clicks = ordered.filter((index) => slices[index]?.type === 'click').length
  const sorted = ordered.map((index) => slices[index] as Slice)
  return {
    ordered,
    parameters: [
      ...sliceColumns(sorted, rowsPerSlice(sorted.length, rows, deadLetters, places)),
      rows.slice(0, clicks).reduce((sum, { length }) => sum + length, 0),
      ...eventColumns(rows),
      ...deadLetterColumns(deadLetters, places),
      ...replayColumns([...events, ...deadLetters], places),
    ],
  }
}

function compareSlices(a: Slice, b: Slice): number {
  return compare(a.type, b.type) || compare(a.topic, b.topic) || a.partition - b.partition
}

function compare<T extends string | bigint>(a: T, b: T): number {
  return a < b ? -1 : a > b ? 1 : 0
}

// places[index of a slice] is its place in the statement, from 1.
function placesOf(ordered: number[]): number[] {
  const places: number[] = []
  ordered.forEach((index, place) => (places[index] = place + 1))
  return places
}

function inOrder(events: EventRow[], places: number[]): EventRow[][] {
  const rows: EventRow[][] = places.map(() => [])
  for (const row of events) rows[(places[row.slice] as number) - 1]?.push(row)
  for (const slice of rows) if (!isSorted(slice)) slice.sort((a, b) => compare(a.offset, b.offset))
  return rows
}

function isSorted(rows: EventRow[]): boolean {
  for (let i = 1; i < rows.length; i++)
    if ((rows[i] as EventRow).offset < (rows[i - 1] as EventRow).offset) return false
  return true
}

function rowsPerSlice(slices: number, events: EventRow[][], deadLetters: DeadLetterRow[], places: number[]): number[] {
  const counts = Array.from({ length: slices }, (_, place) => events[place]?.length ?? 0)
  for (const { slice } of deadLetters) counts[(places[slice] as number) - 1]! += 1
  return counts
}

function sliceColumns(slices: Slice[], counts: number[]): string[] {
  return [
    arrayOf(slices.map(({ topic }) => quoted(topic))),
    arrayOf(slices.map(({ partition }) => partition)),
    arrayOf(slices.map(({ type }) => type)),
    arrayOf(slices.map(({ firstOffset }) => firstOffset)),
    arrayOf(slices.map(({ nextOffset }) => nextOffset)),
    arrayOf(slices.map(({ lastTimestamp }) => lastTimestamp)),
    arrayOf(counts),
  ]
}

// One pass over the rows, nine strings that grow: this is the writer's own share of the work.
function eventColumns(rows: EventRow[][]): string[] {
  let slices = '',
    offsets = '',
    ids = '',
    ads = '',
    occurred = '',
    received = '',
    ips = '',
    agents = '',
    playbacks = ''
  let comma = ''
  for (let place = 0; place < rows.length; place++) {
    for (const { offset, event } of rows[place] as EventRow[]) {
      const receivedAt = millisecondsOf(event.received_at)
      slices += comma + (place + 1)
      offsets += comma + offset
      ids += comma + event.event_id
      ads += comma + event.ad_id
      received += comma + receivedAt
      occurred += comma + (event.occurred_at === event.received_at ? receivedAt : millisecondsOf(event.occurred_at))
      ips += comma + event.ip
      agents += comma + (event.user_agent === null ? 'null' : quoted(event.user_agent))
      playbacks += comma + event.playback_time
      comma = ','
    }
  }
  return [slices, offsets, ids, ads, occurred, received, ips, agents, playbacks].map((column) => `{${column}}`)
}

function deadLetterColumns(rows: DeadLetterRow[], places: number[]): string[] {
  return [
    arrayOf(rows.map(({ slice }) => places[slice] as number)),
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

function replayColumns(rows: { slice: number; replayOf?: Position }[], places: number[]): string[] {
  const replays = rows.filter((row) => row.replayOf !== undefined) as { slice: number; replayOf: Position }[]
  return [
    arrayOf(replays.map(({ slice }) => places[slice] as number)),
    arrayOf(replays.map(({ replayOf }) => quoted(storable(replayOf.topic)))),
    arrayOf(replays.map(({ replayOf }) => replayOf.partition)),
    arrayOf(replays.map(({ replayOf }) => replayOf.offset)),
  ]
}
