import { setTimeout as pause } from 'node:timers/promises'
import type { Sql } from 'postgres'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { testDatabase } from '@ads-tracker/local-servers'
import { uuidv7 } from '@ads-tracker/events'
import { type BatchStore, createBatchStore, createDatabase, verifyRollups } from '../src/index.ts'
import { event } from './log.ts'
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
  await store.maintainPartitions()
})
afterEach(async () => {
  await Promise.all([sql.end(), store.close()])
  await db.drop()
})

const nameOf = (at: number, table = 'clicks') =>
  `${table}_${new Date(at).toISOString().slice(0, 10).replaceAll('-', '')}`

async function insert(id: string, received: number, table = 'clicks') {
  await sql`insert into ${sql(table)} (event_id, ad_id, occurred_at, received_at) values (${id}, 1, ${new Date(received)}, ${new Date(received)})`
}

async function partitions(table = 'clicks'): Promise<string[]> {
  const rows = await sql<{ name: string }[]>`
    select inhrelid::regclass::text as name from pg_inherits where inhparent = ${table}::regclass and inhrelid::regclass::text ~ '_\\d{8}$' order by 1`
  return rows.map(({ name }) => name)
}

async function placeOf(id: string): Promise<string | undefined> {
  const [row] = await sql<
    { place: string }[]
  >`select tableoid::regclass::text as place from clicks where event_id = ${id}`
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

  it('do not take ids of other versions: those lie in the static partitions', async () => {
    const places = {
      [event(2).event_id]: 'clicks_high',
      '00000000-0000-4000-8000-000000000001': 'clicks_low',
      [uuidv7(Date.UTC(2039, 0, 1))]: 'clicks_default',
    }
    for (const [id, place] of Object.entries(places)) {
      await insert(id, today)
      expect(await placeOf(id)).toBe(place)
    }
  })

  it('take over what came before they were there', async () => {
    await sql`drop table ${sql(nameOf(today + 7 * day))}`
    const id = uuidv7(today + 7 * day + 5)
    await insert(id, today)
    expect(await placeOf(id)).toBe('clicks_default')
    await store.maintainPartitions()
    expect(await placeOf(id)).toBe(nameOf(today + 7 * day))
  })

  it('wait for nobody longer than a moment: a reader of the default partition puts them off', async () => {
    await sql`drop table ${sql(nameOf(today + 7 * day))}`
    const reader = owner(db.url)
    await reader`begin`
    await reader`select * from clicks_default`
    expect(await store.maintainPartitions()).toMatchObject({ daysAhead: 6, blocked: true })
    await reader.end()
    expect(await store.maintainPartitions()).toMatchObject({ daysAhead: 7, blocked: false })
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
  it('drops days that are over and keeps what arrived late in them', async () => {
    await makeDay(old)
    await makeDay(today - 89 * day)
    const [early, late] = [uuidv7(old), uuidv7(old)]
    await insert(early, old)
    await insert(late, today - 80 * day)
    await store.maintainPartitions()
    expect(await partitions()).not.toContain(nameOf(old))
    expect(await partitions()).toContain(nameOf(today - 89 * day))
    expect([await placeOf(early), await placeOf(late)]).toEqual([undefined, 'clicks_default'])
  })

  it('deletes from the static partitions by arrival, in more than one batch', async () => {
    // not random ids: one of fourteen times one of them lies in a day
    await sql`
      insert into impressions (event_id, ad_id, occurred_at, received_at)
      select ('f0000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid, 1, ${new Date(old)}, ${new Date(old)} from generate_series(1, 25000) as n`
    const kept = event(2).event_id
    await insert(kept, today - 89 * day, 'impressions')
    await store.maintainPartitions()
    expect(await sql`select event_id from impressions`).toEqual([{ event_id: kept }])
  })

  it('leaves rollups and totals as they are, and verification knows from when on raw events are complete', async () => {
    await insert(uuidv7(old), old)
    await insert(event(2).event_id, old)
    await insert(uuidv7(today), today)
    await rollUp(sql)
    const rollups = () => sql`select * from ad_minute_stats, ad_hour_stats, ad_day_stats, ad_totals`
    const before = await rollups()
    await store.maintainPartitions()
    expect(await sql`select count(*)::integer from clicks`).toEqual([{ count: 1 }])
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
    await store.maintainPartitions()
    const [left] =
      await sql`select (select count(*)::integer from dead_letters) as letters, (select count(*)::integer from event_conflicts) as conflicts, (select count(*)::integer from event_repeats) as repeats`
    expect(left).toEqual({ letters: 1, conflicts: 2, repeats: 2 })
  })

  it('cannot be set below that of the log', async () => {
    await expect(sql`update retention set raw_days = 7`).rejects.toMatchObject({ code: '23514' })
  })
})
