import type { Sql } from 'postgres'
import { Temporal } from 'temporal-polyfill'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { testDatabase } from '@ads-tracker/local-servers'
import { createDatabase, listTimeZones, readSeries, type SeriesUnit } from '../src/index.ts'
import type { Database } from '../src/index.ts'
import { insertAds, insertEvents, owner } from './stored-events.ts'

// Buckets are made by PostgreSQL's time zones. Temporal's rules, which come with Node, say where they must begin.

const quarter = 15 * 60_000
// later than this the two may know different laws
const since = Temporal.Instant.from('2000-01-02T00:00:00Z')
const until = Temporal.Instant.from('2025-12-01T00:00:00Z')
const clocks = new Set<string>()
const lengths = new Map<number, number>()

interface Day {
  zone: string
  /** Whether no zone before it had the same clock. */
  isFirst: boolean
  date: Temporal.PlainDate
  hours: number
}

let db: Awaited<ReturnType<typeof testDatabase>>
let sql: Sql
let database: Database
let zones: string[]
let days: Day[]
/** Of every event, ascending. */
let times: number[]

beforeAll(async () => {
  db = await testDatabase()
  sql = owner(db.url)
  database = createDatabase({ url: db.adsApiUrl, max: 4 })
  zones = await listTimeZones(database)
  days = zones.filter(isKnown).flatMap(daysOf)
  for (const { hours } of days) lengths.set(hours, (lengths.get(hours) ?? 0) + 1)
  times = [...new Set(days.flatMap(timesAround))].sort((one, other) => one - other)
  await insertAds(sql, 2)
  await insertEvents(
    sql,
    times.map((at, n) => ({ type: n % 3 === 0 ? 'click' : 'impression', ad_id: 1 + (n % 2), at })),
  )
}, 120_000)
afterAll(async () => {
  await Promise.all([database?.close(), sql?.end()])
  await db?.drop()
})

describe('every time zone that PostgreSQL knows', () => {
  it('is known to the other source too, but for a few', () => {
    expect(zones.length).toBeGreaterThan(300)
    expect(zones.filter((zone) => !isKnown(zone)).length).toBeLessThan(zones.length / 50)
  })

  it('has days of 24 hours, and some have days of 23, 23.5, 24.5 and 25', () => {
    expect([23, 23.5, 24, 24.5, 25].filter((hours) => !lengths.has(hours))).toEqual([])
  })

  it('tiles these days by the day, with the right offsets and every event once', async () => {
    expect((await allMistakes(days, 'day')).slice(0, 5)).toEqual([])
  }, 300_000)

  it('tiles them by the hour, those of the same clock once', async () => {
    const different = days.filter(({ isFirst }) => isFirst)
    expect((await allMistakes(different, 'hour')).slice(0, 5)).toEqual([])
  }, 300_000)

  it('has weeks and months that begin at the first midnight of their date', async () => {
    const [low, high] = ['2021-11-17', '2022-05-20'].map((date) => Temporal.PlainDate.from(date)) as [
      PlainDate,
      PlainDate,
    ]
    const known = zones.filter(isKnown)
    const rows = await sql<{ zone: string; week: string[]; month: string[] }[]>`
      select zone, to_json(bucket_edges_v1('week', low, high, zone)) as week, to_json(bucket_edges_v1('month', low, high, zone)) as month
      from unnest(${known}::text[], ${known.map((zone) => text(startOf(low, zone)))}::text[]::timestamptz[], ${known.map((zone) => text(startOf(high, zone)))}::text[]::timestamptz[]) as row (zone, low, high)`
    const wrong = rows.filter(({ zone, week, month }) => {
      const expected = (begins: (date: PlainDate) => boolean) =>
        String([low, ...datesBetween(low, high).filter(begins), high].map((date) => startOf(date, zone)))
      const found = (edges: string[]) => String(edges.map((edge) => Date.parse(edge)))
      return (
        found(week) !== expected(({ dayOfWeek }) => dayOfWeek === 1) ||
        found(month) !== expected(({ day }) => day === 1)
      )
    })
    expect(wrong).toEqual([])
  }, 300_000)
})

type PlainDate = Temporal.PlainDate
const text = (ms: number) => Temporal.Instant.fromEpochMilliseconds(ms).toString()

function datesBetween(low: PlainDate, high: PlainDate): PlainDate[] {
  const days = low.until(high, { largestUnit: 'day' }).days
  return Array.from({ length: days - 1 }, (_, n) => low.add({ days: n + 1 }))
}

async function allMistakes(of: Day[], unit: 'hour' | 'day'): Promise<unknown[]> {
  const wrong: unknown[] = []
  const left = [...of]
  await Promise.all(
    Array.from({ length: 4 }, async () => {
      for (let day = left.pop(); day; day = left.pop()) wrong.push(...(await mistakes(day, unit)))
    }),
  )
  return wrong
}

async function mistakes({ zone, date }: Day, unit: 'hour' | 'day') {
  const [from, to] = [startOf(date.subtract({ days: 1 }), zone), startOf(date.add({ days: 2 }), zone)]
  const { buckets } = await series(zone, unit, from, to)
  const starts = unit === 'day' ? daysBetween(date, zone) : hoursBetween(zone, from, to)
  const expected = starts.map((start, n) => ({
    start,
    offset: Temporal.Instant.fromEpochMilliseconds(start).toZonedDateTimeISO(zone).offsetNanoseconds / 1e9,
    events: countBetween(start, starts[n + 1] ?? to),
  }))
  const found = buckets.map(({ start, offset, clicks, impressions }) => ({
    start: start.getTime(),
    offset,
    events: clicks + impressions,
  }))
  return JSON.stringify(found) === JSON.stringify(expected)
    ? []
    : [{ zone, date: date.toString(), unit, found: readable(found), expected: readable(expected) }]
}

const readable = (edges: { start: number; events: number }[]) =>
  edges.map(({ start, events }) => `${text(start)} ${events}`)

function series(timeZone: string, unit: SeriesUnit, from: number, to: number) {
  const most = { maxBuckets: 2000, maxRows: 2000 }
  return readSeries(database, { unit, timeZone, from: new Date(from), to: new Date(to), ...most })
}

// The latest day of each length that the zone had.
function daysOf(zone: string): Day[] {
  const found = new Map<number, Temporal.PlainDate>([[24, Temporal.PlainDate.from('2024-02-29')]])
  let at = since.toZonedDateTimeISO(zone).getTimeZoneTransition('next')
  let clock = `${since.toZonedDateTimeISO(zone).offset}`
  while (at && Temporal.Instant.compare(at.toInstant(), until) < 0) {
    // a change at midnight makes the day before longer or shorter
    for (const one of [at, at.subtract({ hours: 1 })]) found.set(one.hoursInDay, one.toPlainDate())
    clock += ` ${at.epochMilliseconds} ${at.offset}`
    at = at.getTimeZoneTransition('next')
  }
  const isFirst = !clocks.has(clock)
  clocks.add(clock)
  return [...found].map(([hours, date]) => ({ zone, isFirst, date, hours }))
}

// Uneven, so that no unit has the same count in each bucket; on the edges of hours too.
function timesAround({ zone, date }: Day): number[] {
  const [from, to] = [startOf(date.subtract({ days: 1 }), zone), startOf(date.add({ days: 2 }), zone)]
  const first = Math.floor(from / 86_400_000) * 86_400_000
  const found: number[] = []
  for (let at = first, n = 0; at < to + 86_400_000; at += 19 * 60_000 + ((n * n * 1000) % 700_000), n++) found.push(at)
  return found
}

function startOf(date: Temporal.PlainDate, zone: string): number {
  return date.toZonedDateTime(zone).epochMilliseconds
}

function daysBetween(date: Temporal.PlainDate, zone: string): number[] {
  const [from, to] = [-1, 2].map((days) => startOf(date.add({ days }), zone)) as [number, number]
  // a day that was left out begins with the next
  return [
    from,
    ...[0, 1].map((days) => startOf(date.add({ days }), zone)).filter((start) => start > from && start < to),
  ]
}

function hoursBetween(zone: string, from: number, to: number): number[] {
  const starts = [from]
  for (let at = Math.ceil(from / quarter) * quarter; at < to; at += quarter)
    if (at > from && Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone).minute === 0) starts.push(at)
  return starts
}

function countBetween(from: number, to: number): number {
  return firstFrom(to) - firstFrom(from)
}

function firstFrom(time: number): number {
  let [low, high] = [0, times.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (times[middle]! < time) low = middle + 1
    else high = middle
  }
  return low
}

function isKnown(zone: string): boolean {
  try {
    return since.toZonedDateTimeISO(zone).timeZoneId !== ''
  } catch {
    return false
  }
}
