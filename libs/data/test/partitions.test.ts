import { setTimeout as pause } from 'node:timers/promises'
import type { Sql } from 'postgres'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { testDatabase } from '@ads-tracker/local-servers'
import { uuidv7 } from '@ads-tracker/events'
import { type BatchStore, createBatchStore, createDatabase, verifyRollups } from '../src/index.ts'
import { batchOf, event } from './log.ts'
import { owner, rollUp } from './stored-events.ts'

const day = 24 * 60 * 60 * 1000
/** Longer than a test takes. */
const margin = 10_000

let today: number
let old: number
let db: Awaited<ReturnType<typeof testDatabase>>
let sql: Sql
let store: BatchStore

beforeEach(async () => {
  // A test is of one day, which need not be that on which the database was made.
  const tomorrow = Math.ceil(Date.now() / day) * day
  if (tomorrow - Date.now() < margin) await pause(tomorrow - Date.now() + 1)
  today = Math.floor(Date.now() / day) * day
  old = today - 100 * day
  db = await testDatabase()
  sql = owner(db.url)
  store = createBatchStore({ url: db.clickWriterUrl })
  offset = 0
  await sql`insert into ads (id, image_url, target_url) values (1, 'https://cdn.test', 'https://shop.test')`
  await store.maintainPartitions()
})
afterEach(async () => {
  await Promise.all([sql.end(), store.close()])
  await db.drop()
})

const nameOf = (at: number, table = 'clicks') =>
  `${table}_${new Date(at).toISOString().slice(0, 10).replaceAll('-', '')}`

// Undated when no day is open for it, as the writer would store it.
async function insert(id: string, received: number, events = 'clicks') {
  const [place] = await sql<
    [{ is_open: boolean }]
  >`select open_ids @> ${id}::uuid as is_open from event_places where events = ${events}`
  await insertInto(place.is_open ? events : `${events}_undated`, [id], received)
}

async function insertInto(table: string, ids: string[], received: number) {
  await sql`insert into ${sql(table)} (event_id, ad_id, occurred_at, received_at) select id, 1, ${new Date(received)}, ${new Date(received)} from unnest(${ids}::text[]::uuid[]) as id`
}

/** Ids of one day, as many as there are pages to fill. */
async function insertMany(table: string, count: number, { dated, received }: { dated: number; received: number }) {
  await sql`
    insert into ${sql(table)} (event_id, ad_id, occurred_at, received_at)
    select (lpad(to_hex(${dated}::bigint + n % 80000000), 12, '0') || '7000' || '8000' || lpad(to_hex(n), 12, '0'))::uuid, 1, ${new Date(received)}, ${new Date(received)}
    from generate_series(1, ${count}::bigint) as n`
}

const clickNow = (id: string) => {
  const at = new Date(today).toISOString()
  return event(1, { event_id: id, occurred_at: at, received_at: at, playback_time: null })
}

let offset = 0
/** What the writer does with a click under this id. */
async function apply(id: string, from: BatchStore = store) {
  const at = offset++
  const batch = batchOf(() => ({ event: clickNow(id) }), [{ type: 'click', partition: 0, from: at, to: at + 1 }])
  const outcome = await from.apply(batch)
  if (outcome.status !== 'applied') throw new Error(`was not applied: ${outcome.status}`)
  const { counted, duplicates } = outcome.partitions[0]!
  return { counted, duplicates }
}

/** Blocks of a table that `work` reads. A connection reports what it read when it ends. */
async function blocksRead(table: string, work: (measured: BatchStore) => Promise<unknown>, statementTimeoutMs = 8000) {
  const name = 'measured'
  const read = async () => {
    await sql`select pg_stat_force_next_flush(), pg_stat_clear_snapshot()`
    const [row] = await sql<[{ blocks: number }]>`
      select (heap_blks_read + heap_blks_hit)::integer as blocks from pg_statio_user_tables where relname = ${table}`
    return row.blocks
  }
  // what this connection read itself
  await sql`select pg_stat_force_next_flush()`
  const before = await read()
  const measured = createBatchStore({ url: db.clickWriterUrl, statementTimeoutMs, name })
  await work(measured)
  await measured.close()
  await expect
    .poll(() => sql`select from pg_stat_activity where application_name = ${name} and datname = current_database()`)
    .toHaveLength(0)
  return (await read()) - before
}

/** The static tables are due to be swept again. */
async function aDayLater() {
  await sql`update sweeps set began_at = began_at - interval '25 hours'`
}

async function partitions(table = 'clicks'): Promise<string[]> {
  const rows = await sql<{ name: string }[]>`
    select inhrelid::regclass::text as name from pg_inherits where inhparent = ${table}::regclass and inhrelid::regclass::text ~ '_\\d{8}$' order by 1`
  return rows.map(({ name }) => name)
}

async function placeOf(id: string): Promise<string | undefined> {
  const [row] = await sql<
    { place: string }[]
  >`select tableoid::regclass::text as place from clicks where event_id = ${id} union all select 'clicks_undated' from clicks_undated where event_id = ${id}`
  return row?.place
}

async function makeDay(at: number, table = 'clicks') {
  await sql`select make_day(${table}, ${new Date(at).toISOString().slice(0, 10)}::date)`
}

describe('days', () => {
  it('are made from yesterday to a week ahead, and an event lies in the day of its id', async () => {
    await sql`drop table ${sql([...(await partitions()), ...(await partitions('impressions'))])}`
    expect(await store.maintainPartitions()).toEqual({ daysAhead: 7, blocked: false })
    const expected = Array.from({ length: 9 }, (_, n) => nameOf(today + (n - 1) * day))
    expect(await partitions()).toEqual(expected)
    expect(await partitions('impressions')).toEqual(expected.map((name) => name.replace('clicks', 'impressions')))
    for (const at of [today - 1, today, today + day - 1, today + 7 * day]) {
      const id = uuidv7(at)
      await insert(id, today)
      expect(await placeOf(id)).toBe(nameOf(at))
    }
  })

  it('do not take ids of other versions: those lie in the static partitions, and strays are undated', async () => {
    const places = {
      [event(2).event_id]: 'clicks_high',
      '00000000-0000-4000-8000-000000000001': 'clicks_low',
      [uuidv7(Date.UTC(2039, 0, 1))]: 'clicks_undated',
    }
    for (const [id, place] of Object.entries(places)) {
      expect(await apply(id)).toEqual({ counted: 1, duplicates: 0 })
      expect(await apply(id)).toEqual({ counted: 0, duplicates: 1 })
      expect(await placeOf(id)).toBe(place)
    }
  })

  it('know what came before they were there: it stays undated, and is not counted again', async () => {
    await sql`drop table ${sql(nameOf(today + 7 * day))}`
    await sql`select update_event_places()`
    const [early, other] = [uuidv7(today + 7 * day + 5), uuidv7(today + 7 * day + 6)]
    expect(await apply(early)).toEqual({ counted: 1, duplicates: 0 })
    expect(await placeOf(early)).toBe('clicks_undated')
    await store.maintainPartitions()
    expect(await apply(early)).toEqual({ counted: 0, duplicates: 1 })
    expect(await apply(other)).toEqual({ counted: 1, duplicates: 0 })
    expect([await placeOf(early), await placeOf(other)]).toEqual(['clicks_undated', nameOf(today + 7 * day)])
  })

  it('are made without a look at undated events, however many there are', async () => {
    await sql`drop table ${sql(nameOf(today + 7 * day))}`
    await sql`select update_event_places()`
    await insertMany('clicks_undated', 300_000, { dated: Date.UTC(2030, 0, 1), received: today })
    await insertMany('clicks_undated', 10_000, { dated: today + 7 * day, received: today })
    const blocks = await blocksRead(
      'clicks_undated',
      async (hasty) => expect(await hasty.maintainPartitions()).toEqual({ daysAhead: 7, blocked: false }),
      1000,
    )
    // of some 2,600; a step of the sweep reads 128
    expect(blocks).toBeLessThan(400)
  })

  it('wait for nobody longer than a moment: a batch that is being stored puts them off', async () => {
    await sql`drop table ${sql(nameOf(today + 7 * day))}`
    await sql`select update_event_places()`
    const batch = owner(db.url)
    await batch`begin`
    await batch`select store_clicks_v1(array[${uuidv7(today)}::uuid], array[1], array[${today}::bigint], array[${today}::bigint], array[null::inet], array[null], array[null::float8])`
    expect(await store.maintainPartitions()).toMatchObject({ daysAhead: 6, blocked: true })
    await batch`commit`
    await batch.end()
    expect(await store.maintainPartitions()).toMatchObject({ daysAhead: 7, blocked: false })
  })

  it('are not needed for storing: one that was dropped by hand is noticed by the upkeep, and its events are undated', async () => {
    await makeDay(today - 3 * day)
    const [known, other] = [uuidv7(today - 3 * day), uuidv7(today - 3 * day)]
    await apply(known)
    await sql`drop table ${sql(nameOf(today - 3 * day))}`
    await store.maintainPartitions()
    expect(await apply(other)).toEqual({ counted: 1, duplicates: 0 })
    expect(await placeOf(other)).toBe('clicks_undated')
  })

  it('are made once by two writers that start together', async () => {
    await sql`drop table ${sql(nameOf(today + 6 * day))}, ${sql(nameOf(today + 7 * day, 'impressions'))}`
    const other = createBatchStore({ url: db.clickWriterUrl })
    await Promise.all([store.maintainPartitions(), other.maintainPartitions()])
    expect(await store.maintainPartitions()).toMatchObject({ daysAhead: 7 })
    await other.close()
  })
})

describe('retention', () => {
  it('closes a day a week after its end: what arrives later is undated, and what is known stays known', async () => {
    await makeDay(today - 7 * day)
    await makeDay(today - 8 * day)
    const [open, closed, late] = [uuidv7(today - 7 * day), uuidv7(today - 8 * day), uuidv7(today - 8 * day)]
    await apply(closed)
    await store.maintainPartitions()
    expect(await apply(open)).toEqual({ counted: 1, duplicates: 0 })
    expect(await apply(closed)).toEqual({ counted: 0, duplicates: 1 })
    expect(await apply(late)).toEqual({ counted: 1, duplicates: 0 })
    expect(await apply(late)).toEqual({ counted: 0, duplicates: 1 })
    expect(await Promise.all([open, closed, late].map(placeOf))).toEqual([
      nameOf(today - 7 * day),
      nameOf(today - 8 * day),
      'clicks_undated',
    ])
    const database = createDatabase({ url: db.url, max: 1 })
    expect((await verifyRollups(database)).differences).toEqual([])
    await database.close()
  })

  it('drops a day that was closed in time without a look at it', async () => {
    await makeDay(old)
    await makeDay(today - 90 * day)
    await insertMany(nameOf(old), 300_000, { dated: old, received: old })
    await sql`update event_days set closed_at = ${new Date(old + 9 * day)} where day < ${new Date(today - 30 * day)}`
    await sql`select update_event_places()`
    // what holds up its removal
    const holder = owner(db.url)
    await holder`begin`
    await holder`select from ${holder(nameOf(old))} limit 1`
    const blocks = await blocksRead(nameOf(old), async (measured) =>
      expect(await measured.maintainPartitions()).toMatchObject({ blocked: true }),
    )
    // the one that the holder read
    expect(blocks).toBeLessThanOrEqual(1)
    await holder`commit`
    await holder.end()
    await store.maintainPartitions()
    expect(await partitions()).not.toContain(nameOf(old))
    expect(await partitions()).toContain(nameOf(today - 90 * day))
  })

  it('searches a day that was closed too late in short steps, and what arrived late in it stays known', async () => {
    await makeDay(old)
    const late = uuidv7(old)
    await insertMany(nameOf(old), 150_000, { dated: old, received: old })
    await insertInto(nameOf(old), [late], today - 80 * day)
    await insertMany(nameOf(old), 150_000, { dated: old + 200_000, received: old })
    const hasty = createBatchStore({ url: db.clickWriterUrl, statementTimeoutMs: 1000 })
    // stopped in the middle, and gone on with
    await hasty.maintainPartitions({ forMs: 0 })
    await hasty.maintainPartitions({ forMs: 0 })
    await hasty.close()
    const other = createBatchStore({ url: db.clickWriterUrl, statementTimeoutMs: 1000 })
    expect(await other.maintainPartitions()).toEqual({ daysAhead: 7, blocked: false })
    expect(await partitions()).not.toContain(nameOf(old))
    expect(await placeOf(late)).toBe('clicks_undated')
    expect(await apply(late)).toEqual({ counted: 0, duplicates: 1 })
    expect(await sql`select count(*)::integer from all_clicks`).toEqual([{ count: 1 }])
    await other.close()
  })

  it('deletes from the tables without days by arrival, in more than one step', async () => {
    const ids = (count: number, first: string) =>
      Array.from({ length: count }, (_, n) => `${first}0000000-0000-4000-8000-${String(n).padStart(12, '0')}`)
    await insertInto('impressions', ids(25_000, 'f'), old)
    await insertInto('impressions_undated', ids(10, 'a'), old)
    const kept = event(2).event_id
    await insert(kept, today - 89 * day, 'impressions')
    await aDayLater()
    await store.maintainPartitions()
    expect(await sql`select event_id from all_impressions`).toEqual([{ event_id: kept }])
  })

  it('sweeps the tables without days once a day, a part of them in an hour', async () => {
    await insertMany('clicks_undated', 100_000, { dated: Date.UTC(2030, 0, 1), received: today })
    await sql`update sweeps set began_at = now() - interval '12 hours', pages_read = 0`
    const steps = async () =>
      (
        await sql`select pages_read::integer as pages, pages_of(target)::integer as all from sweeps where target = 'clicks_undated'`
      )[0]!
    await store.maintainPartitions()
    const { pages, all } = (await steps()) as { pages: number; all: number }
    expect(pages).toBeGreaterThanOrEqual(all / 2)
    expect(pages).toBeLessThan(all / 2 + 2 * 128)
  })

  it('leaves rollups and totals as they are, and verification knows from when on raw events are complete', async () => {
    await insert(uuidv7(old), old)
    await insert(event(2).event_id, old)
    await insert(uuidv7(today), today)
    await rollUp(sql)
    await aDayLater()
    const rollups = () => sql`select * from ad_minute_stats, ad_hour_stats, ad_day_stats, ad_totals`
    const before = await rollups()
    await store.maintainPartitions()
    expect(await sql`select count(*)::integer from all_clicks`).toEqual([{ count: 1 }])
    expect(await rollups()).toEqual(before)
    const database = createDatabase({ url: db.url, max: 1 })
    const { from, differences } = await verifyRollups(database)
    expect(differences).toEqual([])
    expect(from!.getTime()).toBeGreaterThan(today - 90 * day)
    await database.close()
  })

  it('forgets dead letters, conflicts and repeats in their own time', async () => {
    const arrivals = [today - 100 * day, today - 60 * day, today]
    for (const [index, at] of arrivals.entries()) {
      const time = new Date(at)
      await sql`insert into dead_letters (topic, partition, "offset", type, reason, detail, headers, arrived_at) values ('t', 0, ${index}, 'click', 'undecodable', '', '{}', ${time})`
      await sql`insert into event_conflicts (topic, partition, "offset", type, event_id, ad_id, occurred_at, received_at) values ('t', 0, ${index}, 'click', ${uuidv7()}, 1, ${time}, ${time})`
      await sql`insert into event_repeats values ('click', ${uuidv7()}, 1, 0, ${time})`
    }
    await aDayLater()
    await store.maintainPartitions()
    const [left] =
      await sql`select (select count(*)::integer from dead_letters) as letters, (select count(*)::integer from event_conflicts) as conflicts, (select count(*)::integer from event_repeats) as repeats`
    expect(left).toEqual({ letters: 1, conflicts: 2, repeats: 2 })
  })

  it('cannot be set below that of the log', async () => {
    await expect(sql`update retention set raw_days = 7`).rejects.toMatchObject({ code: '23514' })
  })
})
