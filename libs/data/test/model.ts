import { type AdEvent, type EventType, partitionName } from '@ads-tracker/events'
import type {
  Batch,
  BatchOutcome,
  DeadLetterRow,
  EventRow,
  Position,
  OffsetRange,
  PartitionOutcome,
} from '../src/index.ts'
import type { State } from './stored-state.ts'

interface Book {
  next: bigint
  counted: number
  duplicates: number
  conflicts: number
  deadLetters: number
  recovered: number
  completeThrough: number
}

type Letter = Omit<DeadLetterRow, 'range' | 'offset'> & {
  type: EventType
  arrivedAt: number
  replayedAt: number | null
  repeats: number
}
interface Repeat {
  duplicates: number
  conflicts: number
  last: number
}

export interface Model {
  books: Map<string, Book>
  stored: Record<EventType, Map<string, AdEvent>>
  letters: Map<string, Letter>
  conflicts: Map<string, { type: EventType; event: AdEvent }>
  repeats: Map<string, Repeat>
  apply(batch: Batch): BatchOutcome
  state(): State
}

/** The batch function once more, one record after the other, in plain maps. */
export function createModel(knownAds: Set<number>, copyOf?: Model): Model {
  const books = new Map<string, Book>(clone(copyOf?.books))
  const stored: Record<EventType, Map<string, AdEvent>> = {
    click: new Map(copyOf?.stored.click),
    impression: new Map(copyOf?.stored.impression),
  }
  const letters = new Map<string, Letter>(clone(copyOf?.letters))
  const conflicts = new Map<string, { type: EventType; event: AdEvent }>(copyOf?.conflicts)
  const repeats = new Map<string, Repeat>(clone(copyOf?.repeats))
  return { books, stored, letters, conflicts, repeats, apply, state }

  function apply({ ranges, events, deadLetters }: Batch): BatchOutcome {
    for (const range of ranges) if (!books.has(partitionName(range))) books.set(partitionName(range), { ...emptyBook })
    const gaps = ranges.filter((range) => range.firstOffset > book(range).next)
    if (gaps.length > 0) {
      return {
        status: 'gap',
        gaps: gaps.map((range) => ({
          topic: range.topic,
          partition: range.partition,
          expected: book(range).next,
          found: range.firstOffset,
        })),
      }
    }
    const isFresh = ({ range, offset }: EventRow | DeadLetterRow) => offset >= book(ranges[range] as OffsetRange).next
    const rows = events
      .filter(
        (row) => isFresh(row) || (!letters.has(at(ranges, row)) && lettersOf(row, row.event.event_id).length === 0),
      )
      .sort((a, b) => Number(isFresh(a)) - Number(isFresh(b)) || inLogOrder(ranges, a, b))
    const unknown = rows.filter(({ event }) => !knownAds.has(event.ad_id))
    if (unknown.length > 0)
      return {
        status: 'unknown_ads',
        rows: unknown.sort((a, b) => inLogOrder(ranges, a, b)).map(({ range, offset }) => ({ range, offset })),
      }

    const outcomes = ranges.map((range) => ({ ...emptyBook, range }))
    for (const row of rows) store(row, isFresh(row))
    applyDeadLetters()
    for (const { range, replayOf } of [...events, ...deadLetters].sort((a, b) => inLogOrder(ranges, a, b))) {
      const letter = replayOf && letters.get(positionName(replayOf))
      if (letter) letter.replayedAt ??= ranges[range]!.lastTimestamp
    }
    return { status: 'applied', partitions: outcomes.map(enter).sort((a, b) => compare(ranges, a, b)) }

    /** Positions of the dead letters of an id, in their order. */
    function lettersOf({ range }: { range: number }, id: string | null): string[] {
      const { type } = ranges[range] as OffsetRange
      return [...letters.keys()]
        .filter((place) => id !== null && letters.get(place)!.eventId === id && letters.get(place)!.type === type)
        .sort(byPosition)
    }

    function applyDeadLetters() {
      const replayed = new Set(
        [...events, ...deadLetters].flatMap(({ replayOf }) => (replayOf ? positionName(replayOf) : [])),
      )
      const isWaiting = (place: string) => letters.get(place)!.replayedAt === null && !replayed.has(place)
      const compared = deadLetters
        .filter((row) => isFresh(row) || !letters.has(at(ranges, row)))
        .sort((a, b) => Number(isFresh(a)) - Number(isFresh(b)) || inLogOrder(ranges, a, b))
        .map((row) => ({
          row,
          fresh: isFresh(row),
          place: at(ranges, row),
          waiting: lettersOf(row, row.eventId).find(
            (other) => other !== at(ranges, row) && (!isFresh(row) || isWaiting(other)),
          ),
        }))
      const first = new Map<string, string>()
      for (const { row, fresh, place, waiting } of compared) {
        const { type, lastTimestamp } = ranges[row.range] as OffsetRange
        const key = `${type}/${row.eventId}`
        const repeated = waiting ?? (row.eventId === null ? undefined : first.get(key))
        if (repeated === undefined) {
          if (!letters.has(place))
            letters.set(place, { ...row, type, arrivedAt: lastTimestamp, replayedAt: null, repeats: 0 })
          first.set(key, place)
          if (fresh) outcomes[row.range]!.deadLetters++
        } else if (fresh) {
          letters.get(repeated)!.repeats++
          outcomes[row.range]!.duplicates++
        }
      }
    }

    function store({ range, offset, event }: EventRow, fresh: boolean) {
      const { type } = ranges[range] as OffsetRange
      const outcome = outcomes[range]!
      const first = stored[type].get(event.event_id)
      if (!first) {
        stored[type].set(event.event_id, event)
        if (fresh) outcome.counted++
        else outcome.recovered++
        return
      }
      const same = isSame(first, event)
      if (!same && !conflicts.has(at(ranges, { range, offset })))
        conflicts.set(at(ranges, { range, offset }), { type, event })
      if (!fresh) return
      outcome[same ? 'duplicates' : 'conflicts']++
      const key = `${type}/${event.event_id}`
      const repeat = repeats.get(key) ?? { duplicates: 0, conflicts: 0, last: 0 }
      repeats.set(key, repeat)
      repeat[same ? 'duplicates' : 'conflicts']++
      repeat.last = Math.max(repeat.last, Date.parse(event.received_at))
    }

    function enter({
      range,
      counted,
      duplicates,
      conflicts,
      deadLetters,
      recovered,
    }: Book & { range: OffsetRange }): PartitionOutcome {
      const own = book(range)
      if (range.nextOffset >= own.next) own.completeThrough = Math.max(own.completeThrough, range.lastTimestamp)
      if (range.nextOffset > own.next) own.next = range.nextOffset
      own.counted += counted
      own.duplicates += duplicates
      own.conflicts += conflicts
      own.deadLetters += deadLetters
      own.recovered += recovered
      return {
        topic: range.topic,
        partition: range.partition,
        nextOffset: own.next,
        counted,
        duplicates,
        conflicts,
        deadLetters,
        recovered,
      }
    }
  }

  function book(range: OffsetRange): Book {
    return books.get(partitionName(range)) as Book
  }

  function state(): State {
    const all = [...stored.click.values()]
      .map((event) => ({ event, click: 1 }))
      .concat([...stored.impression.values()].map((event) => ({ event, click: 0 })))
    const rollup = (size: number | null) => {
      const sums = new Map<string, number[]>()
      for (const { event, click } of all) {
        const time = Date.parse(event.occurred_at)
        const key = size === null ? [event.ad_id] : [event.ad_id, time - (time % size)]
        const row = sums.get(key.join('/')) ?? [...key, 0, 0]
        sums.set(key.join('/'), row)
        row[row.length - (click === 1 ? 2 : 1)]! += 1
      }
      return [...sums.values()]
    }
    return {
      ledger: [...books].map(([name, b]) => [
        ...position(name, 2),
        0,
        Number(b.next),
        b.counted,
        b.duplicates,
        b.conflicts,
        b.deadLetters,
        b.recovered,
        b.completeThrough || null,
      ]),
      clicks: [...stored.click.values()].map(payload),
      impressions: [...stored.impression.values()].map(payload),
      minutes: rollup(60_000),
      hours: rollup(3_600_000),
      days: rollup(86_400_000),
      totals: rollup(null),
      deadLetters: [...letters].map(([name, l]) => [
        ...position(name, 3),
        l.type,
        l.reason,
        l.eventId,
        l.value?.toString('hex'),
        l.arrivedAt,
        l.replayedAt,
        l.repeats,
      ]),
      conflicts: [...conflicts].map(([name, { type, event }]) => [...position(name, 3), type, ...payload(event)]),
      repeats: [...repeats].map(([name, { duplicates, conflicts, last }]) => [
        ...name.split('/'),
        duplicates,
        conflicts,
        last,
      ]),
      agents: [[0]],
    }
  }
}

const emptyBook: Book = {
  next: 0n,
  counted: 0,
  duplicates: 0,
  conflicts: 0,
  deadLetters: 0,
  recovered: 0,
  completeThrough: 0,
}

function isSame(first: AdEvent, other: AdEvent): boolean {
  const defaulted = first.occurred_at === first.received_at || other.occurred_at === other.received_at
  return (
    first.ad_id === other.ad_id &&
    first.playback_time === other.playback_time &&
    (defaulted || first.occurred_at === other.occurred_at)
  )
}

function payload({ event_id, ad_id, occurred_at, received_at, ip, user_agent, playback_time }: AdEvent) {
  return [event_id, ad_id, Date.parse(occurred_at), Date.parse(received_at), ip, user_agent, playback_time]
}

const at = (ranges: OffsetRange[], { range, offset }: { range: number; offset: bigint }) =>
  `${partitionName(ranges[range] as OffsetRange)}/${offset}`

function position(name: string, parts: 2 | 3): (string | number)[] {
  const [topic = '', ...numbers] = name.split('/')
  return [topic, ...numbers.slice(0, parts - 1).map(Number)]
}

function positionName({ topic, partition, offset }: Position): string {
  return `${topic}/${partition}/${offset}`
}

function byPosition(a: string, b: string): number {
  const [one, other] = [a, b].map((name) => name.split('/'))
  return Number(one![1]) - Number(other![1]) || Number(one![2]) - Number(other![2])
}

function inLogOrder(
  ranges: OffsetRange[],
  a: { range: number; offset: bigint },
  b: { range: number; offset: bigint },
): number {
  return compare(ranges, ranges[a.range] as OffsetRange, ranges[b.range] as OffsetRange) || Number(a.offset - b.offset)
}

function compare(
  _: OffsetRange[],
  a: { topic: string; partition: number },
  b: { topic: string; partition: number },
): number {
  return a.topic < b.topic ? -1 : a.topic > b.topic ? 1 : a.partition - b.partition
}

function clone<T extends object>(map?: Map<string, T>): [string, T][] {
  return [...(map ?? [])].map(([key, value]) => [key, { ...value }])
}
