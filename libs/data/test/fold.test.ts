import type { Sql } from 'postgres'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { testDatabase } from '@ads-tracker/local-servers'
import {
  type BatchStore,
  createBatchStore,
  createDatabase,
  type Database,
  readAnalytics,
  readLedger,
  seedAds,
  verifyRollups,
} from '../src/index.ts'
import { batchOf, event } from './log.ts'
import { insertEvents, owner, rollUp } from './stored-events.ts'
import { clearState, readState } from './stored-state.ts'

let db: Awaited<ReturnType<typeof testDatabase>>
let sql: Sql
let store: BatchStore
let folder: BatchStore
let database: Database

const folderName = 'the one that folds'
const always = { entries: 0, ageMs: 0 }
const day = 86_400_000

beforeAll(async () => {
  db = await testDatabase()
  sql = owner(db.url)
  // the same ids are new again in each test
  store = createBatchStore({ url: db.clickWriterUrl, filter: { add: () => false } })
  folder = createBatchStore({ url: db.clickWriterUrl, name: folderName })
  database = createDatabase({ url: db.url, max: 2 })
  await seedAds(database)
})
afterAll(async () => {
  await Promise.all([sql?.end(), store?.close(), folder?.close(), database?.close()])
  await db?.drop()
})
beforeEach(() => clearState(sql))

/** A click and an impression for each offset, of three ads. */
async function apply(from: number, to: number) {
  const batch = batchOf(
    (_, __, offset) => ({ event: event(offset + 1, { ad_id: 1 + (offset % 3) }) }),
    (['click', 'impression'] as const).map((type) => ({ type, partition: 0, from, to })),
  )
  expect(await store.apply(batch)).toMatchObject({ status: 'applied' })
}

const unfolded = async () => (await readLedger(database)).unfolded.rows
const totalsTable = () => sql`select coalesce(sum(clicks + impressions), 0)::integer as sum from ad_totals`

describe('a fold', () => {
  it('moves what batches appended into the rollups, and no reader sees a difference', async () => {
    for (let from = 0; from < 90; from += 10) await apply(from, from + 10)
    const before = await readState(sql)
    expect(await totalsTable()).toEqual([{ sum: 0 }])
    expect(await unfolded()).toBe(9)
    expect(await folder.foldRollups(always)).toEqual({ folded: 9, more: false, busy: false })
    expect(await readState(sql)).toEqual(before)
    expect(await totalsTable()).toEqual([{ sum: 180 }])
    expect(await unfolded()).toBe(0)
    expect(await verifyRollups(database)).toMatchObject({ differences: [] })
    expect(await folder.foldRollups(always)).toMatchObject({ folded: 0 })
    expect(await readState(sql)).toEqual(before)
  })

  it('may go on beside readers and writers: each answer has all that was counted, once', async () => {
    let applying = true
    const folding = (async () => {
      while (applying) await folder.foldRollups(always)
    })()
    const reading = (async () => {
      while (applying) {
        const { totals, booked } = await readLedger(database)
        expect(totals).toBe(booked)
        expect((await verifyRollups(database)).differences).toEqual([])
        const { rows, position } = await readAnalytics(database)
        expect(BigInt(rows.reduce((sum, { clicks, impressions }) => sum + clicks + impressions, 0))).toBe(position)
      }
    })()
    try {
      for (let from = 0; from < 100; from += 2) await apply(from, from + 2)
    } finally {
      applying = false
    }
    await Promise.all([folding, reading])
    expect(await readLedger(database)).toMatchObject({ totals: 200n, imbalance: 0 })
  })

  it('that is killed half way leaves everything as it was, and the next one does it all', async () => {
    await apply(0, 30)
    const before = await readState(sql)
    const holder = owner(db.url)
    await holder`begin`
    await holder`lock table ad_totals in exclusive mode`
    const killed = folder.foldRollups(always).then(
      () => 'done',
      () => 'killed',
    )
    // minutes, hours and days are written by then
    const waiting = () =>
      sql`select pg_terminate_backend(pid) from pg_stat_activity where application_name = ${folderName} and wait_event_type = 'Lock'`
    await expect.poll(async () => (await waiting()).length, { timeout: 10_000 }).toBe(1)
    expect(await killed).toBe('killed')
    await holder`rollback`
    await holder.end()
    expect(await unfolded()).toBe(1)
    expect(await readState(sql)).toEqual(before)
    await expect.poll(() => folder.foldRollups(always).catch(() => null)).toMatchObject({ folded: 1 })
    expect(await readState(sql)).toEqual(before)
    expect((await verifyRollups(database)).differences).toEqual([])
  })

  it('is done by one process at a time', async () => {
    await apply(0, 3)
    const holder = owner(db.url)
    await holder`begin`
    await holder`select pg_advisory_xact_lock(hashtext('fold_rollups'))`
    expect(await folder.foldRollups(always)).toEqual({ folded: 0, more: false, busy: true })
    await holder.end()
    expect(await folder.foldRollups(always)).toMatchObject({ folded: 1, busy: false })
  })

  it('is due by the number of entries that wait, and by the age of the oldest', async () => {
    await apply(0, 3)
    const [{ entries }] = await sql<[{ entries: number }]>`select entries from rollup_deltas`
    expect(await folder.foldRollups({ entries: entries + 1, ageMs: 60_000 })).toMatchObject({ folded: 0 })
    expect(await folder.foldRollups({ entries, ageMs: 60_000 })).toMatchObject({ folded: 1 })
    await apply(3, 6)
    await sql`update rollup_deltas set created_at = created_at - interval '1 minute' where folded_at is null`
    expect((await readLedger(database)).unfolded.oldestSeconds).toBeGreaterThanOrEqual(60)
    expect(await folder.foldRollups({ entries: 1_000, ageMs: 60_000 })).toMatchObject({ folded: 1 })
  })

  it('takes a bounded number of rows and entries, the oldest first, and at least one row', async () => {
    for (let from = 0; from < 40; from += 10) await apply(from, from + 10)
    const fold = (rows: number, entries: number) =>
      sql`select folded, more from fold_rollups_v1(0, 0, ${rows}, ${entries})`
    expect(await fold(1, 1000)).toEqual([{ folded: 1, more: true }])
    expect(await fold(1000, 1)).toEqual([{ folded: 1, more: true }])
    expect(
      await sql`select count(*)::integer from clicks, ad_minute_stats where minute = occurred_at and event_id = ${event(21).event_id}`,
    ).toEqual([{ count: 0 }])
    expect(await fold(1000, 11)).toEqual([{ folded: 2, more: false }])
    expect((await verifyRollups(database)).differences).toEqual([])
  })

  it('keeps folded rows for seconds, so that a reader that polls the deltas misses none', async () => {
    await apply(0, 3)
    await folder.foldRollups(always)
    await folder.foldRollups(always)
    expect(await sql`select count(*)::integer from rollup_deltas`).toEqual([{ count: 1 }])
    await sql`update rollup_deltas set folded_at = folded_at - interval '11 seconds'`
    await folder.foldRollups(always)
    expect(await sql`select count(*)::integer from rollup_deltas`).toEqual([{ count: 0 }])
  })
})

describe('the retention of rollups', () => {
  const today = Math.floor(Date.now() / day) * day
  const ages = [0, 10, 89, 92, 400, 729, 732, 3000]

  beforeEach(async () => {
    await sql`update retention set minutes_removed_before = null, hours_removed_before = null, removed_before = null`
    await insertEvents(
      sql,
      ages.map((age) => ({ type: 'click' as const, ad_id: 1, at: today - age * day + 1234 })),
    )
    await sql`insert into ledger (topic, partition, next_offset, counted) values ('t', 0, ${ages.length}, ${ages.length})`
  })

  it('removes minutes with the raw events and hours after two years, and leaves days, totals and windows as they are', async () => {
    const window = () => readAnalytics(database, { minutes: 60 * 24 * 365 }).then(({ rows }) => rows[0]?.clicks)
    const [before, all] = [await window(), await readAnalytics(database)]
    await folder.trimRollups()
    const count = async (table: string) => Number((await sql.unsafe(`select count(*) from ${table}`))[0]?.count)
    const folded = ages.filter((age) => (today - age * day + 1234) % 2 === 0).length
    expect(folded).toBe(ages.length)
    expect(await count('ad_minute_stats')).toBe(3)
    expect(await count('ad_hour_stats')).toBe(6)
    expect(await count('ad_day_stats')).toBe(8)
    expect(await window()).toBe(before)
    expect((await readAnalytics(database)).rows).toEqual(all.rows)
    expect((await verifyRollups(database)).differences).toEqual([])
    expect(await readLedger(database)).toMatchObject({ totals: 8n, imbalance: 0 })
  })

  it('is kept by the fold: an old event adds to the days, and makes no minute that is removed at once', async () => {
    await folder.trimRollups()
    const at = new Date(today - 800 * day)
    await sql`insert into clicks (event_id, ad_id, occurred_at, received_at) values (('f' || substr(gen_random_uuid()::text, 2))::uuid, 1, ${at}, now())`
    await sql`insert into rollup_deltas (entries, ads, minutes, clicks, impressions) values (1, '{1}', array[${Math.floor(at.getTime() / 60_000)}::integer], '{1}', '{0}')`
    await sql`update ledger set next_offset = next_offset + 1, counted = counted + 1`
    expect((await verifyRollups(database)).differences).toEqual([])
    await folder.foldRollups(always)
    expect(await sql`select from ad_minute_stats where minute = ${at}`).toHaveLength(0)
    expect(await sql`select from ad_hour_stats where hour = ${at}`).toHaveLength(0)
    expect(await sql`select from ad_day_stats where day = ${at}`).toHaveLength(1)
    expect((await verifyRollups(database)).differences).toEqual([])
    expect(await readLedger(database)).toMatchObject({ totals: 9n, imbalance: 0 })
  })

  it('lets a window that begins before the minutes begin with a whole hour, and says so', async () => {
    await folder.trimRollups()
    const asOf = new Date(today - 80 * day + 12_345)
    const { rounded, windowStart } = await readAnalytics(database, { minutes: 60 * 24 * 30, asOf })
    expect(rounded).toBe(true)
    expect(windowStart).toEqual(new Date(today - 110 * day))
    expect(await readAnalytics(database, { minutes: 5, asOf })).toMatchObject({ rounded: false })
  })

  it('lets a window that begins before the hours begin with a whole day', async () => {
    await sql`update retention set minutes_removed_before = ${new Date(today - 10 * day)}, hours_removed_before = ${new Date(today - 12 * day)}`
    const asOf = new Date(today - 1 * day + 12_345)
    const { rounded, windowStart } = await readAnalytics(database, { minutes: 60 * 24 * 14 - 90, asOf })
    expect({ rounded, windowStart }).toEqual({ rounded: true, windowStart: new Date(today - 15 * day) })
  })

  it('keeps a system exact that has nothing to remove', async () => {
    for (const table of ['clicks', 'clicks_undated'])
      await sql`delete from ${sql(table)} where occurred_at < ${new Date(today - 80 * day)}`
    await rollUp(sql)
    await folder.trimRollups()
    expect(await sql`select minutes_removed_before, hours_removed_before from retention`).toEqual([
      { minutes_removed_before: null, hours_removed_before: null },
    ])
    expect(await readAnalytics(database, { minutes: 525_600 })).toMatchObject({ rounded: false })
  })

  it('takes steps of some ten thousand rows', async () => {
    await sql`
      insert into ad_minute_stats (ad_id, minute, shard, clicks, impressions)
      select 1, to_timestamp(${today / 1000}::float8) - interval '100 days' - n * interval '1 minute', 0, 1, 0 from generate_series(1, 25000) as n`
    const [first] = await sql`select trim_rollups_v1() as more`
    expect(first).toEqual({ more: true })
    await folder.trimRollups()
    expect(await sql`select trim_rollups_v1() as more`).toEqual([{ more: false }])
    await rollUp(sql)
  })
})
