import type { Sql } from 'postgres'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { testDatabase } from '@ads-tracker/local-servers'
import {
  acceptLedger,
  type BatchStore,
  countedDeadLetters,
  createBatchStore,
  createDatabase,
  type Database,
  NothingToAcceptError,
  readLedger,
  rebuildRollups,
  seedAds,
  verifyRollups,
} from '../src/index.ts'
import { batchOf, event, topics } from './log.ts'
import { owner } from './stored-events.ts'
import { clearState, readState } from './stored-state.ts'

let db: Awaited<ReturnType<typeof testDatabase>>
let sql: Sql
let store: BatchStore
let database: Database

beforeAll(async () => {
  db = await testDatabase()
  sql = owner(db.url)
  store = createBatchStore({ url: db.clickWriterUrl })
  database = createDatabase({ url: db.url, max: 2 })
  await seedAds(database)
})
afterAll(async () => {
  await Promise.all([sql?.end(), store?.close(), database?.close()])
  await db?.drop()
})
beforeEach(async () => {
  await clearState(sql)
  await sql`update retention set removed_before = null`
})

const book = { topic: topics.click, partition: 0 }

async function apply(from: number, to: number, ids = from) {
  const batch = batchOf(
    (type, _, offset) => ({
      event: event(ids + offset - from + 1, { ad_id: 1 + (offset % 3), playback_time: type === 'click' ? 1 : 2 }),
    }),
    [
      { type: 'click', partition: 0, from, to },
      { type: 'impression', partition: 0, from, to },
    ],
  )
  expect(await store.apply(batch)).toMatchObject({ status: 'applied' })
}

/** All that waits is in the rollups, where a test can damage it. */
const fold = () => store.foldRollups({ entries: 0, ageMs: 0 })

describe('accepting a book', () => {
  it('closes a gap: the missing records are named, the next book begins where the log does, and all still balances', async () => {
    await apply(0, 3)
    const closed = await acceptLedger(database, { ...book, reason: 'three weeks of outage', begin: 10n, end: 20n })
    expect(closed).toEqual({ cause: 'gap', missing: 7n, nextOffset: 3n })
    await acceptLedger(database, { topic: topics.impression, partition: 0, reason: 'the same', begin: 10n, end: 20n })
    await apply(10, 12)
    const { rows, imbalance, totals, booked } = await readLedger(database)
    expect(rows[0]).toMatchObject({ firstOffset: 10n, nextOffset: 12n, counted: 2n, imbalance: 0n })
    expect({ imbalance, totals, booked }).toEqual({ imbalance: 0, totals: 10n, booked: 10n })
    expect(
      await sql`select counted, missing, reason, closed_by from closed_books where topic = ${topics.click}`,
    ).toEqual([{ counted: '3', missing: '7', reason: 'three weeks of outage', closed_by: 'ads' }])
  })

  it('starts a new ledger row for a topic that was recreated: what comes again from it is a duplicate, not a second click', async () => {
    await apply(0, 5)
    expect(await acceptLedger(database, { ...book, reason: 'recreated', begin: 0n, end: 2n })).toEqual({
      cause: 'recreated',
      missing: 0n,
      nextOffset: 5n,
    })
    await acceptLedger(database, {
      topic: topics.impression,
      partition: 0,
      reason: 'recreated',
      begin: 0n,
      end: 9n,
      recreated: true,
    })
    await apply(0, 2, 0)
    const { rows, imbalance } = await readLedger(database)
    expect(rows[0]).toMatchObject({ firstOffset: 0n, nextOffset: 2n, counted: 0n, duplicates: 2n })
    expect(imbalance).toBe(0)
  })

  it('has nothing to do for a log that continues its book, or without a book', async () => {
    await apply(0, 3)
    for (const [begin, end] of [
      [0n, 3n],
      [3n, 3n],
      [1n, 9n],
    ] as const) {
      await expect(acceptLedger(database, { ...book, reason: 'why', begin, end })).rejects.toBeInstanceOf(
        NothingToAcceptError,
      )
    }
    await expect(
      acceptLedger(database, { topic: 'nowhere', partition: 0, reason: 'why', begin: 5n, end: 9n }),
    ).rejects.toThrow('no ledger of nowhere/0')
  })
})

describe('the ledger', () => {
  it('cannot be off in a row, and totals that are off are seen', async () => {
    await apply(0, 3)
    await expect(sql`update ledger set counted = counted + 1`).rejects.toMatchObject({
      code: '23514',
      constraint_name: 'ledger_balances',
    })
    await fold()
    await sql`update ad_totals set clicks = clicks + 2 where ad_id = 1`
    expect(await readLedger(database)).toMatchObject({ totals: 8n, booked: 6n, imbalance: 2 })
  })
})

describe('dead letters', () => {
  it('are counted up to a bound, as the ledger is read every few seconds', async () => {
    await sql`
      insert into dead_letters (topic, partition, "offset", type, reason, detail, headers, arrived_at, replayed_at)
      select 't', 0, n, 'click', 'undecodable', '', '{}', now(), case when n <= 3 then now() end from generate_series(1, ${countedDeadLetters + 10}) as n`
    expect((await readLedger(database)).pendingDeadLetters).toBe(countedDeadLetters)
    await sql`delete from dead_letters where "offset" > 10`
    expect((await readLedger(database)).pendingDeadLetters).toBe(7)
  })
})

describe('verification', () => {
  it('finds nothing in what batches made, a repeat of it included', async () => {
    await apply(0, 30)
    await apply(0, 30)
    expect(await verifyRollups(database)).toEqual({ from: null, to: null, differences: [] })
  })

  it('names the ad and minute that is off, on each rung', async () => {
    await apply(0, 1)
    await fold()
    await sql`update ad_minute_stats set clicks = clicks + 5`
    await sql`update ad_day_stats set impressions = 0`
    const { differences } = await verifyRollups(database)
    const at = new Date(event(1).occurred_at)
    expect(differences.map(({ level, ad_id }) => [level, ad_id])).toEqual([
      ['day', 1],
      ['hour', 1],
      ['minute', 1],
      ['total', 1],
    ])
    expect(differences[2]).toEqual({
      level: 'minute',
      ad_id: 1,
      at,
      expected: { clicks: 1, impressions: 1 },
      found: { clicks: 6, impressions: 1 },
    })
  })

  it('looks at the range that it is given', async () => {
    await apply(0, 3)
    await fold()
    await sql`update ad_minute_stats set clicks = 9 where minute = ${event(1).occurred_at}`
    const levels = async (range: { from?: Date; to?: Date }) =>
      (await verifyRollups(database, range)).differences.map(({ level }) => level)
    expect(await levels({ to: new Date(event(2).occurred_at) })).toContain('minute')
    expect(await levels({ from: new Date(event(2).occurred_at) })).not.toContain('minute')
  })
})

describe('rebuilding', () => {
  const range = { from: new Date('2026-01-01T00:00:00Z'), to: new Date('2026-01-02T00:00:00Z') }

  it('restores whatever was wrong: missing, doubled and invented rows, on every rung', async () => {
    await apply(0, 60)
    await fold()
    await apply(60, 90)
    const before = await readState(sql)
    await sql`delete from ad_minute_stats where minute < ${event(10).occurred_at}`
    await sql`update ad_minute_stats set clicks = clicks * 2 where ad_id = 2`
    await sql`insert into ad_minute_stats values (77, '2026-01-01 05:00Z', 3, 5, 5)`
    await sql`delete from ad_hour_stats`
    await sql`insert into ad_day_stats values (78, '2026-01-01Z', 3, 5, 5)`
    await sql`update ad_totals set clicks = 0`
    expect(await rebuildRollups(database, range)).toBe(90)
    expect((await verifyRollups(database)).differences).toEqual([])
    expect(await readState(sql)).toEqual(before)
  })

  it('touches only its range', async () => {
    await apply(0, 3)
    await fold()
    await sql`update ad_minute_stats set clicks = 9 where minute = ${event(3).occurred_at}`
    await rebuildRollups(database, { from: range.from, to: new Date(event(3).occurred_at) })
    expect((await verifyRollups(database)).differences.filter(({ level }) => level === 'minute')).toHaveLength(1)
  })

  it('refuses a range of which raw events may be gone: their rollups are all that is left', async () => {
    await apply(0, 3)
    await sql`update retention set removed_before = '2026-01-01 06:00Z'`
    await expect(rebuildRollups(database, range)).rejects.toMatchObject({ code: '22023' })
  })

  it('goes on beside a writer and a fold without losing or doubling what they store meanwhile', async () => {
    const folder = createBatchStore({ url: db.clickWriterUrl })
    await Promise.all([
      (async () => {
        for (let from = 0; from < 400; from += 20) await apply(from, from + 20)
      })(),
      (async () => {
        for (let round = 0; round < 10; round++) await rebuildRollups(database, range)
      })(),
      (async () => {
        for (let round = 0; round < 10; round++) await folder.foldRollups({ entries: 0, ageMs: 0 })
      })(),
    ])
    await folder.close()
    expect((await verifyRollups(database)).differences).toEqual([])
    expect(await readLedger(database)).toMatchObject({ totals: 800n, imbalance: 0 })
  })
})

describe('sample ads', () => {
  it('are made once, and leave the sequence where the next ad goes on', async () => {
    expect(await seedAds(database)).toBe(0)
    const [row] =
      await sql`insert into ads (image_url, target_url) values ('https://a.test', 'https://b.test') returning id`
    expect(row!.id).toBe(11)
  })
})
