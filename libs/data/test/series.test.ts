import fc from 'fast-check'
import type { Sql } from 'postgres'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { testDatabase } from '@ads-tracker/local-servers'
import { archiveAd, createDatabase, readPeriod, readSeries, type SeriesQuery, seriesUnits } from '../src/index.ts'
import type { Database } from '../src/index.ts'
import { insertAds, insertEvents, owner, type StoredEvent } from './stored-events.ts'

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

let db: Awaited<ReturnType<typeof testDatabase>>
let sql: Sql
let database: Database

beforeAll(async () => {
  db = await testDatabase()
  sql = owner(db.url)
  database = createDatabase({ url: db.adsApiUrl })
})
afterAll(async () => {
  await Promise.all([database?.close(), sql?.end()])
  await db?.drop()
})
beforeEach(async () => {
  await sql`truncate ads, clicks, clicks_undated, impressions, impressions_undated, ad_minute_stats, ad_hour_stats, ad_day_stats, ad_totals, rollup_deltas, ledger restart identity`
  await sql`update retention set removed_before = null, minutes_removed_before = null, hours_removed_before = null`
  await insertAds(sql, 3)
})

const at = (text: string) => new Date(text)
const click = (time: number | string, ad_id = 1): StoredEvent => ({ type: 'click', ad_id, at: Number(new Date(time)) })
const most = { maxBuckets: 2000, maxRows: 50_000 }
const series = (query: Partial<SeriesQuery> & Pick<SeriesQuery, 'unit' | 'from'>) =>
  readSeries(database, { timeZone: 'UTC', ...most, ...query })
const clicksOf = (rows: { clicks: number }[]) => rows.map(({ clicks }) => clicks)

describe('a period', () => {
  it('has its start and not its end, to the millisecond', async () => {
    const [from, to] = [at('2026-03-04T05:06:07.890Z'), at('2026-03-09T17:31:02.004Z')]
    await insertEvents(
      sql,
      [from, to].flatMap((edge) => [-1, 0, 1].map((by) => click(edge.getTime() + by))),
    )
    const found = await readPeriod(database, { from, to })
    expect(clicksOf(found.rows)).toEqual([4 - 1, 0, 0])
    expect(found).toMatchObject({ from, to, rounded: false })
  })

  it('ends now when nothing else is asked', async () => {
    const { to, asOf } = await readPeriod(database, { from: at('2026-01-01T00:00:00Z') })
    expect(to).toEqual(asOf)
  })

  it('has a row for each of the ads that is live or has events', async () => {
    await insertEvents(sql, [click('2020-01-01T00:00:00Z', 2)])
    for (const id of [2, 3]) await archiveAd(database, id)
    const from = at('2026-01-01T00:00:00Z')
    const idsOf = async (adIds?: number[]) =>
      (await readPeriod(database, { from, adIds })).rows.map(({ ad_id }) => ad_id)
    expect(await idsOf()).toEqual([1, 2])
    expect(await idsOf([3, 2, 9])).toEqual([2])
    expect(await idsOf([])).toEqual([])
  })

  it('counts a minute that is cut by an end of it as a whole, and says so, when raw events of that time are gone', async () => {
    await insertEvents(sql, [
      click('2026-03-04T05:06:01Z'),
      click('2026-03-04T05:08:59.999Z'),
      click('2026-03-04T05:09:00Z'),
    ])
    await sql`update retention set removed_before = '2026-03-04'`
    await sql`truncate clicks, clicks_undated`
    const found = await readPeriod(database, {
      from: at('2026-03-04T05:06:07.890Z'),
      to: at('2026-03-04T05:08:00.001Z'),
    })
    expect(found).toMatchObject({ from: at('2026-03-04T05:06:00Z'), to: at('2026-03-04T05:09:00Z'), rounded: true })
    expect(clicksOf(found.rows)).toEqual([2, 0, 0])
    const whole = await readPeriod(database, { from: at('2026-03-04T05:06:00Z'), to: at('2026-03-04T05:09:00Z') })
    expect(whole.rounded).toBe(false)
  })
})

describe('where minutes or hours are no longer kept', () => {
  const minutesFrom = '2026-03-10T00:00:00Z'
  const hoursFrom = '2026-03-05T00:00:00Z'
  const berlin = { timeZone: 'Europe/Berlin' }
  beforeEach(async () => {
    await insertEvents(
      sql,
      [...Array(20).keys()].map((n) => click(Date.parse('2026-03-01T12:34:56Z') + n * day)),
    )
    await sql`update retention set minutes_removed_before = ${minutesFrom}, hours_removed_before = ${hoursFrom}`
    await sql`delete from ad_minute_stats where minute < ${minutesFrom}`
    await sql`delete from ad_hour_stats where hour < ${hoursFrom}`
  })

  const period = (from: string, to = '2026-03-15T00:00:00Z') => readPeriod(database, { from: at(from), to: at(to) })
  const minutes = { code: 'AT002', unit: 'minute', before: minutesFrom }
  const hours = { ...minutes, unit: 'hour', before: hoursFrom }

  it.each<[string, string, string | undefined, object]>([
    ['begins within an hour of removed minutes', '2026-03-07T12:30:00Z', undefined, minutes],
    ['ends within one', '2026-03-06T00:00:00Z', '2026-03-07T12:40:00Z', minutes],
    ['begins within a day of removed hours', '2026-03-03T12:00:00Z', undefined, hours],
    ['begins within a minute of removed hours', '2026-03-03T12:34:30Z', undefined, hours],
  ])('a period that %s is not counted', async (_what, from, to, missing) => {
    await expect(period(from, to)).rejects.toMatchObject(missing)
  })

  it.each([
    ['2026-03-10T12:34:00Z', 5],
    ['2026-03-07T12:00:00Z', 8],
    ['2026-03-03T00:00:00Z', 12],
  ])('a period from %s is, with what is kept', async (from, clicks) => {
    expect(clicksOf((await period(from)).rows)).toEqual([clicks, 0, 0])
  })

  it.each<[string, Partial<SeriesQuery>, string, object]>([
    ['minutes of removed minutes', { unit: 'minute', maxBuckets: 5000 }, '2026-03-09T23:00:00Z', minutes],
    ['days of a zone of half hours', { unit: 'day', timeZone: 'Asia/Kolkata' }, '2026-03-08T18:30:00Z', minutes],
    ['hours of removed hours', { unit: 'hour' }, '2026-03-04T23:00:00Z', hours],
    ['days that begin within a removed hour', { unit: 'day', ...berlin }, '2026-03-01T23:00:00Z', hours],
    ['a period before of removed hours', { unit: 'day', compare: true, ...berlin }, '2026-03-07T23:00:00Z', hours],
  ])('a series has no buckets for %s', async (_what, query, from, missing) => {
    const to = at('2026-03-12T23:00:00Z')
    await expect(series({ unit: 'day', ...query, from: at(from), to })).rejects.toMatchObject(missing)
  })

  it.each<[string, Partial<SeriesQuery>, string, number[]]>([
    ['days of UTC', { unit: 'day' }, '2026-03-01T00:00:00Z', [1, 1, 1, 1]],
    ['days of Berlin', { unit: 'day', ...berlin }, '2026-03-05T23:00:00Z', [1, 1, 1, 1]],
    ['days of Kolkata', { unit: 'day', timeZone: 'Asia/Kolkata' }, '2026-03-10T18:30:00Z', [1, 1, 1, 1]],
  ])('a series has %s, as long as their parts are kept', async (_what, query, from, clicks) => {
    const to = new Date(Date.parse(from) + 4 * day)
    const { buckets } = await series({ unit: 'day', ...query, from: at(from), to })
    expect(clicksOf(buckets)).toEqual(clicks)
  })
})

describe('with a hundred thousand minutes that are not folded', () => {
  const first = Date.parse('2026-01-01T00:00:00Z')
  beforeEach(async () => {
    await sql`
      insert into rollup_deltas (entries, ads, minutes, clicks, impressions)
      select count(*), array_agg(1), array_agg(${first / minute}::integer + n), array_agg(1), array_agg(0) from generate_series(0, 99999) as n`
  })

  it.each<[string, Partial<SeriesQuery>, number, number]>([
    ['minutes', { unit: 'minute' }, 1900 * minute, 1],
    ['days of a zone of half hours', { unit: 'day', timeZone: 'Asia/Kolkata' }, 69 * day, 1440],
  ])('a series by %s is read within the time that a statement has', async (_what, query, length, clicks) => {
    const from = new Date(first - 5.5 * hour + day)
    const { buckets } = await series({ unit: 'day', ...query, from, to: new Date(from.getTime() + length) })
    expect(new Set(clicksOf(buckets.slice(0, -1)))).toEqual(new Set([clicks]))
  })

  it('a period is, too', async () => {
    const { rows } = await readPeriod(database, { from: new Date(first + 90_000), to: new Date(first + 99 * hour) })
    expect(clicksOf(rows)).toEqual([99 * 60 - 2, 0, 0])
  })
})

describe('a series', () => {
  it('equals a count of the raw events in each bucket, whatever the period, the zone and the unit', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: 8 * day }), { minLength: 40, maxLength: 80 }),
        fc.array(question, { minLength: 6, maxLength: 6 }),
        async (offsets, questions) => {
          await sql`truncate clicks, clicks_undated, impressions, impressions_undated`
          const ends = questions.flatMap(({ from, to }) => [from, to].flatMap((edge) => [edge - 1, edge]))
          const times = [...offsets.map((offset) => start + offset), ...ends]
          await insertEvents(
            sql,
            times.map((time, n) => ({ type: n % 3 === 0 ? 'click' : 'impression', ad_id: 1 + (n % 3), at: time })),
          )
          for (const { unit, timeZone, from, to, adIds } of questions) {
            const period = { from: new Date(from), to: new Date(to), adIds }
            const { buckets } = await series({ ...period, unit, timeZone })
            const edges = [...buckets.map(({ start }) => start), period.to]
            expect(edges[0]).toEqual(period.from)
            const raw = await countRaw(edges, adIds)
            expect({
              unit,
              timeZone,
              period,
              found: buckets.map(({ clicks, impressions }) => ({ clicks, impressions })),
            }).toEqual({ unit, timeZone, period, found: raw })
          }
        },
      ),
      { numRuns: 6 },
    )
  })

  it('adds up to the period in the same snapshot, while events arrive', async () => {
    const writer = owner(db.url)
    const reader = owner(db.adsApiUrl)
    const [from, to] = ['2026-03-01T00:00:30.5Z', '2026-03-15T12:00:00Z']
    let writing = true
    const writes = (async () => {
      for (let n = 0; writing; n++)
        await writer.begin((step) =>
          addClick(step as unknown as Sql, at(from).getTime() + 500 + ((n * 7_654_321) % (14 * day))),
        )
    })()
    let last = 0
    while (last < 200) {
      const [sums, rows] = await reader.begin('isolation level repeatable read', async (step) => [
        await step<
          { clicks: string }[]
        >`select clicks from series_v1('day', ${from}, ${to}, 'Asia/Kathmandu', null, false, false, 2000, 50000)`,
        await step<{ clicks: string }[]>`select clicks from period_v1(${from}, ${to}, null)`,
      ])
      const total = (text: string | null | undefined) =>
        (text?.slice(1, -1) ?? '').split(',').reduce((sum, each) => sum + Number(each), 0)
      expect(total(sums?.[0]?.clicks)).toBe(total(rows?.[0]?.clicks))
      last = total(rows?.[0]?.clicks)
    }
    writing = false
    await writes
    await Promise.all([writer.end(), reader.end()])
  })

  it('by ad has the buckets of each ad in turn, those without events too', async () => {
    await insertEvents(sql, [click('2026-03-04T05:06:07Z', 3), click('2026-03-05T05:06:07Z', 1)])
    const query = { unit: 'day', from: at('2026-03-04T00:00:00Z'), to: at('2026-03-06T00:00:00Z'), byAd: true } as const
    const { buckets, rowCount } = await series({ ...query, adIds: [3, 1] })
    expect(buckets.map(({ ad_id, start, clicks }) => [ad_id, start.getUTCDate(), clicks])).toEqual([
      [1, 4, 0],
      [1, 5, 1],
      [3, 4, 1],
      [3, 5, 0],
    ])
    expect(rowCount).toBe(4)
  })

  it('sums nothing when there are too many buckets or rows, and tells how many', async () => {
    const from = at('2026-03-04T00:00:00Z')
    const many = await series({ unit: 'minute', from, to: new Date(from.getTime() + 2001 * minute) })
    expect([many.bucketCount, many.buckets]).toEqual([2001, []])
    const rows = await series({ unit: 'hour', from, to: new Date(from.getTime() + 4 * hour), byAd: true, maxRows: 11 })
    expect([rows.rowCount, rows.buckets]).toEqual([12, []])
    expect((await series({ unit: 'minute', from, to: new Date(from.getTime() + 2000 * minute) })).buckets).toHaveLength(
      2000,
    )
  })

  it('is empty when it begins after now', async () => {
    expect((await series({ unit: 'hour', from: new Date(Date.now() + day) })).buckets).toEqual([])
  })
})

describe('the period before', () => {
  const before = async (unit: SeriesQuery['unit'], from: string, to: string) => {
    const found = await series({ unit, from: at(from), to: at(to), timeZone: 'Europe/Berlin', compare: true })
    const edges = [...found.before.map(({ start }) => start.toISOString()), found.buckets[0]!.start.toISOString()]
    return { aligned: found.aligned, first: edges[0], last: edges.at(-1), count: found.before.length }
  }

  it('has as many days of the zone where both ends are midnights, however long they are', async () => {
    expect(await before('hour', '2026-10-25T00:00:00+02:00', '2026-10-26T00:00:00+01:00')).toEqual({
      aligned: true,
      first: '2026-10-23T22:00:00.000Z',
      last: '2026-10-24T22:00:00.000Z',
      count: 24,
    })
    expect(await before('day', '2026-03-30T00:00:00+02:00', '2026-04-06T00:00:00+02:00')).toMatchObject({
      aligned: true,
      first: '2026-03-22T23:00:00.000Z',
      count: 7,
    })
  })

  it('has as many months where both ends are midnights of a first', async () => {
    expect(await before('day', '2026-03-01T00:00:00+01:00', '2026-04-01T00:00:00+02:00')).toMatchObject({
      aligned: true,
      first: '2026-01-31T23:00:00.000Z',
      count: 28,
    })
    expect(await before('month', '2026-01-01T00:00:00+01:00', '2027-01-01T00:00:00+01:00')).toMatchObject({
      first: '2024-12-31T23:00:00.000Z',
      count: 12,
    })
  })

  it('else has the same length, with buckets of the same lengths', async () => {
    expect(await before('hour', '2026-10-25T00:30:00+02:00', '2026-10-25T03:00:00+01:00')).toEqual({
      aligned: false,
      first: '2026-10-24T19:00:00.000Z',
      last: '2026-10-24T22:30:00.000Z',
      count: 4,
    })
  })

  it('is counted like the period itself', async () => {
    await insertEvents(sql, [
      click('2026-10-23T21:59:59.999Z'),
      click('2026-10-23T22:00:00Z'),
      click('2026-10-24T22:00:00Z', 2),
    ])
    const query = { from: at('2026-10-24T22:00:00Z'), to: at('2026-10-25T23:00:00Z'), timeZone: 'Europe/Berlin' }
    const found = await series({ unit: 'day', ...query, compare: true })
    expect([clicksOf(found.before), clicksOf(found.buckets)]).toEqual([[1], [1]])
  })
})

const start = Date.parse('2026-03-26T00:00:00Z')
// Ends crowd where units begin; the days hold a change of the clock, and zones of whole, half and quarter hours.
const question = fc
  .record({
    unit: fc.constantFrom(...seriesUnits),
    timeZone: fc.constantFrom(
      'UTC',
      'Europe/Berlin',
      'Asia/Kolkata',
      'Asia/Kathmandu',
      'Australia/Lord_Howe',
      'America/St_Johns',
    ),
    low: fc.integer({ min: 0, max: 6 * day }),
    snap: fc.constantFrom(1, 1, 1000, minute, 15 * minute, hour, day),
    length: fc.oneof(
      fc.integer({ min: 1, max: 3 * hour }),
      fc.integer({ min: 1, max: 33 * hour }),
      fc.constantFrom(minute, hour, day, 33 * hour),
    ),
    adIds: fc.constantFrom<(number[] | undefined)[]>(undefined, [1], [2, 3], []),
  })
  .map(({ low, snap, length, ...rest }) => {
    const from = start + low - (low % snap)
    return { ...rest, from, to: from + length }
  })

async function countRaw(edges: Date[], adIds: number[] | undefined) {
  const rows = await sql<{ type: string; ad_id: number; at: string }[]>`
    select 'click' as type, ad_id, (extract(epoch from occurred_at) * 1000)::bigint as at from all_clicks
    union all select 'impression', ad_id, (extract(epoch from occurred_at) * 1000)::bigint from all_impressions`
  const wanted = rows.filter(({ ad_id }) => adIds?.includes(ad_id) ?? true)
  return edges.slice(0, -1).map((edge, n) => {
    const inside = wanted.filter(({ at }) => Number(at) >= edge.getTime() && Number(at) < edges[n + 1]!.getTime())
    const clicks = inside.filter(({ type }) => type === 'click').length
    return { clicks, impressions: inside.length - clicks }
  })
}

// One commit of the writer: the event and all rollups.
async function addClick(step: Sql, ms: number) {
  const time = new Date(ms).toISOString()
  await step`insert into clicks_undated (event_id, ad_id, occurred_at, received_at) values (gen_random_uuid(), 1, ${time}, ${time})`
  for (const unit of ['minute', 'hour', 'day']) {
    await step`
      insert into ${step(`ad_${unit}_stats`)} as known values (1, date_trunc(${unit}, ${time}::timestamptz, 'UTC'), 0, 1, 0)
      on conflict (ad_id, ${step(unit)}, shard) do update set clicks = known.clicks + 1`
  }
  await step`insert into ad_totals as known values (1, 0, 1, 0) on conflict (ad_id, shard) do update set clicks = known.clicks + 1`
}
