import fc from 'fast-check'
import type { Sql, TransactionSql } from 'postgres'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { testDatabase } from '@ads-tracker/local-servers'
import { createDatabase, readAnalytics, readAnalyticsChanges, readFreshness, readLedgerPosition } from '../src/index.ts'
import type { Database } from '../src/index.ts'
import { insertAds, insertEvents, owner, type StoredEvent } from './stored-events.ts'

const second = 1000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour
const ads = 7

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
  await sql`update retention set removed_before = null`
  await insertAds(sql, ads)
})

const at = (text: string) => Date.parse(text)
const click = (time: number, ad_id = 1): StoredEvent => ({ type: 'click', ad_id, at: time })

describe('a window', () => {
  it('begins after its start and ends with now, to the millisecond', async () => {
    const now = at('2026-03-04T05:06:07.890Z')
    const start = now - 5 * minute
    await insertEvents(
      sql,
      [start - 1, start, start + 1, now - 1, now, now + 1].map((time) => click(time)),
    )
    const { rows, windowStart, asOf, rounded } = await readAnalytics(database, { minutes: 5, asOf: new Date(now) })
    expect(rows[0]).toEqual({ ad_id: 1, clicks: 3, impressions: 0, ctr: 0 })
    expect({ windowStart, asOf, rounded }).toEqual({
      windowStart: new Date(start),
      asOf: new Date(now),
      rounded: false,
    })
  })

  it.each([
    ['a minute', '2026-03-04T05:06:00.000Z'],
    ['an hour', '2026-03-04T05:00:00.000Z'],
    ['a day', '2026-03-04T00:00:00.000Z'],
    ['a year', '2027-01-01T00:00:00.000Z'],
    ['the last millisecond of a day', '2026-03-04T23:59:59.999Z'],
  ])('is exact when it ends on %s', async (_name, text) => {
    const now = at(text)
    for (const minutes of [1, 30, 60, 24 * 60, 365 * 24 * 60]) {
      const start = now - minutes * minute
      await insertEvents(
        sql,
        [start - 1, start, start + 1, now - 1, now, now + 1].map((time) => click(time)),
      )
      const { rows } = await readAnalytics(database, { minutes, asOf: new Date(now) })
      expect([minutes, rows[0]?.clicks]).toEqual([minutes, 3])
      await sql`truncate clicks, clicks_undated, impressions, impressions_undated`
    }
  })

  it('leaves out events that lie ahead of now, by a second or by a day', async () => {
    const now = at('2026-03-04T12:30:30.500Z')
    await insertEvents(
      sql,
      [1, second, 29 * second, minute, hour, 10 * hour, day].map((ahead) => click(now + ahead)).concat(click(now)),
    )
    for (const minutes of [1, 60, 60 * 24, 525600]) {
      expect((await readAnalytics(database, { minutes, asOf: new Date(now) })).rows[0]?.clicks).toBe(1)
    }
    expect((await readAnalytics(database)).rows[0]?.clicks).toBe(8)
  })

  it('equals a count of the raw events, whatever the times, shards and lengths', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(windowWithEvents, { minLength: 12, maxLength: 25 }), async (cases) => {
        await sql`truncate clicks, clicks_undated, impressions, impressions_undated`
        await insertEvents(
          sql,
          cases.flatMap(({ events }) => events),
        )
        for (const { now, minutes } of cases) {
          const { rows } = await readAnalytics(database, { minutes, asOf: new Date(now) })
          expect({
            now: new Date(now),
            minutes,
            rows: rows.map(({ ad_id, clicks, impressions }) => ({ ad_id, clicks, impressions })),
          }).toEqual({
            now: new Date(now),
            minutes,
            rows: await countRaw(now - minutes * minute, now),
          })
        }
      }),
      { numRuns: 12 },
    )
  })

  it('ends now by the clock of the database when nothing else is asked', async () => {
    const before = await databaseTime()
    const { asOf, windowStart } = await readAnalytics(database, { minutes: 1 })
    expect(asOf.getTime()).toBeGreaterThanOrEqual(before)
    expect(asOf.getTime()).toBeLessThanOrEqual(await databaseTime())
    expect(windowStart!.getTime()).toBe(asOf.getTime() - minute)
  })

  it('counts its first minute as a whole, and says so, when raw events of that time are gone', async () => {
    const now = at('2026-03-04T05:06:30.000Z')
    const start = now - 10 * minute
    await insertEvents(
      sql,
      [start - 31 * second, start - 10 * second, start + second, now].map((time) => click(time)),
    )
    await sql`update retention set removed_before = ${new Date(start + 1 - day)}`
    await sql`delete from clicks_undated where occurred_at < ${new Date(start + 2 * second)}`
    const { rows, windowStart, rounded } = await readAnalytics(database, { minutes: 10, asOf: new Date(now) })
    expect({ clicks: rows[0]?.clicks, windowStart, rounded }).toEqual({
      clicks: 3,
      windowStart: new Date(start - 30 * second),
      rounded: true,
    })
  })
})

describe('an answer', () => {
  it('has a row for every ad that is live or has events, in order', async () => {
    await insertEvents(sql, [click(at('2026-03-04T05:06:30.000Z'), 3)])
    await sql`update ads set archived_at = now() where id in (3, 4)`
    expect((await readAnalytics(database)).rows.map(({ ad_id }) => ad_id)).toEqual([1, 2, 3, 5, 6, 7])
    expect((await readAnalytics(database, { minutes: 1 })).rows.map(({ ad_id }) => ad_id)).toEqual([1, 2, 3, 5, 6, 7])
    expect((await readAnalytics(database, { adId: 3 })).rows).toEqual([{ ad_id: 3, clicks: 1, impressions: 0, ctr: 0 }])
    expect((await readAnalytics(database, { adId: 4 })).rows).toEqual([])
  })

  it('is empty when there are no ads', async () => {
    await sql`truncate ads`
    expect((await readAnalytics(database)).rows).toEqual([])
    expect((await readAnalytics(database, { minutes: 5 })).rows).toEqual([])
  })

  it('has the click-through rate, 0 without impressions', async () => {
    const time = at('2026-03-04T05:06:30.000Z')
    await insertEvents(sql, [
      click(time, 1),
      click(time, 2),
      ...[0, 1, 2, 3].map((n): StoredEvent => ({ type: 'impression', ad_id: 1, at: time + n })),
    ])
    expect((await readAnalytics(database)).rows.slice(0, 2).map(({ ctr }) => ctr)).toEqual([0.25, 0])
  })

  it('carries the smallest complete-through mark, and none while a partition has none', async () => {
    const [early, late] = [new Date('2026-03-04T05:06:07.001Z'), new Date('2026-03-04T05:06:08.002Z')]
    expect((await readAnalytics(database)).completeThrough).toBeNull()
    await sql`insert into ledger (topic, partition, complete_through) values ('t', 0, ${late}), ('t', 1, ${early}), ('u', 0, null)`
    expect((await readAnalytics(database)).completeThrough).toBeNull()
    await sql`update ledger set complete_through = ${late} where topic = 'u'`
    expect((await readAnalytics(database)).completeThrough).toEqual(early)
    expect((await readAnalytics(database, { minutes: 3 })).completeThrough).toEqual(early)
  })
})

describe('the position', () => {
  it('moves with the ledger and with the catalogue', async () => {
    await sql`insert into ledger (topic, partition) values ('t', 0), ('t', 1)`
    const first = await readFreshness(database)
    await sql`update ledger set next_offset = 3, counted = 2, duplicates = 1 where partition = 1`
    expect(await readLedgerPosition(database)).toBe(first.position + 3n)
    await sql`update ledger set recovered = 1 where partition = 0`
    expect(await readLedgerPosition(database)).toBe(first.position + 4n)
    await sql`update ads set name = 'new' where id = 1`
    expect((await readFreshness(database)).catalogue).toBeGreaterThan(first.catalogue)
    expect(await readAnalytics(database)).toMatchObject({
      position: first.position + 4n,
      catalogue: (await readFreshness(database)).catalogue,
    })
  })
})

describe('what changed since an answer', () => {
  // As a batch does it: a delta and the ledger in one transaction.
  const append = async (step: TransactionSql, ad: number) => {
    await step`insert into rollup_deltas (entries, ads, minutes, clicks, impressions) values (2, ${[ad, ad]}, '{29000000, 29000001}', '{1, 0}', '{0, 2}')`
    await step`update ledger set next_offset = next_offset + 3, counted = counted + 3 where topic = 't'`
  }
  const count = (writer: Sql, ad: number) => writer.begin((step) => append(step, ad))

  beforeEach(() => sql`insert into ledger (topic, partition) values ('t', 0)`)

  it('is nothing while the position stands still', async () => {
    await count(sql, 1)
    const before = await readAnalytics(database)
    expect(await readAnalyticsChanges(database, before)).toMatchObject({
      added: [],
      complete: true,
      position: before.position,
      catalogue: before.catalogue,
    })
  })

  it('is what was counted since, by ad, each delta once', async () => {
    await count(sql, 1)
    const before = await readAnalytics(database)
    expect(before.rows[0]).toMatchObject({ clicks: 1, impressions: 2 })
    await count(sql, 2)
    await count(sql, 2)
    const first = await readAnalyticsChanges(database, before)
    expect(first).toMatchObject({ added: [{ ad_id: 2, clicks: 2, impressions: 4 }], complete: true })
    expect(first.position).toBe(before.position + 6n)
    await count(sql, 3)
    expect(await readAnalyticsChanges(database, first)).toMatchObject({
      added: [{ ad_id: 3, clicks: 1, impressions: 2 }],
      complete: true,
    })
  })

  it('has a delta that was folded before the reader came, and none twice when it is folded afterwards', async () => {
    await count(sql, 1)
    const before = await readAnalytics(database)
    await count(sql, 2)
    await sql`select * from fold_rollups_v1(0, 0, 1000, 1000)`
    const changes = await readAnalyticsChanges(database, before)
    expect(changes).toMatchObject({ added: [{ ad_id: 2, clicks: 1, impressions: 2 }], complete: true })
    expect((await readAnalytics(database)).rows.slice(0, 2)).toMatchObject([{ clicks: 1 }, { clicks: 1 }])
  })

  it('has what a transaction brought that began before the answer and ended after later ones', async () => {
    const other = owner(db.url)
    const counted = Promise.withResolvers<void>()
    const mayCommit = Promise.withResolvers<void>()
    await count(sql, 5)
    const start = await readAnalytics(database)
    const slow = other.begin(async (step) => {
      await step`insert into rollup_deltas (entries, ads, minutes, clicks, impressions) values (1, '{3}', '{29000000}', '{1}', '{0}')`
      counted.resolve()
      await mayCommit.promise
      await step`update ledger set next_offset = next_offset + 1, counted = counted + 1 where topic = 't'`
    })
    await counted.promise
    // newer transactions come and go in the meantime
    await count(sql, 4)
    const between = await readAnalyticsChanges(database, start)
    expect(between).toMatchObject({ added: [{ ad_id: 4 }], complete: true })
    mayCommit.resolve()
    await slow
    await other.end()
    expect(await readAnalyticsChanges(database, between)).toMatchObject({
      added: [{ ad_id: 3, clicks: 1, impressions: 0 }],
      complete: true,
    })
  })

  it('says that it is not complete when a writer of the version before has counted, or when the reader was away too long', async () => {
    const before = await readAnalytics(database)
    await sql.begin(async (step) => {
      await step`insert into ad_totals values (1, 0, 1, 0)`
      await step`update ledger set next_offset = next_offset + 1, counted = counted + 1 where topic = 't'`
    })
    expect((await readAnalyticsChanges(database, before)).complete).toBe(false)
    const now = await readAnalytics(database)
    expect((await readAnalyticsChanges(database, now)).complete).toBe(true)
    const longAgo = new Date(now.asOf.getTime() - 10_000)
    expect((await readAnalyticsChanges(database, { ...now, asOf: longAgo })).complete).toBe(false)
  })

  it('tells an ads-api of the version before the numbers of all ads, whatever is folded', async () => {
    await count(sql, 1)
    const [{ position }] = await sql<
      [{ position: string }]
    >`select ledger_position as position from ledger_position_v1()`
    await count(sql, 2)
    const changes = (since: string) => sql`select ad_ids, clicks from analytics_changes_v1(${since}::bigint, '3'::xid8)`
    expect(await changes(position)).toEqual([{ ad_ids: '{2,1}', clicks: '{1,1}' }])
    await sql`select * from fold_rollups_v1(0, 0, 1000, 1000)`
    expect((await sql`select * from analytics_v1(null, null)`)[0]).toMatchObject({ clicks: '{1,1,0,0,0,0,0}' })
    expect(await changes(String(BigInt(position) + 3n))).toEqual([{ ad_ids: null, clicks: null }])
  })
})

// Times crowd where mistakes live: at the edges of the window and of the buckets around them.
const windowWithEvents = fc
  .record({
    now: fc.integer({ min: at('2025-12-30T00:00:00Z'), max: at('2026-03-02T00:00:00Z') }),
    snap: fc.constantFrom(1, 1, second, minute, hour, day),
    minutes: fc.oneof(
      fc.integer({ min: 1, max: 200 }),
      fc.integer({ min: 1, max: 525600 }),
      fc.constantFrom(1, 60, 1440, 10080, 525600),
    ),
  })
  .chain(({ now: any, snap, minutes }) => {
    const now = any - (any % snap)
    const edges = [now, now - minutes * minute].flatMap((edge) => [
      edge,
      ...[minute, hour, day].flatMap((unit) => [edge - (edge % unit), edge - (edge % unit) + unit]),
    ])
    const offset = fc.oneof(
      fc.constantFrom(-1, 0, 1),
      fc.integer({ min: -31 * second, max: 31 * second }),
      fc.integer({ min: -day, max: day }),
    )
    const event = fc.record({
      type: fc.constantFrom('click' as const, 'impression' as const),
      ad_id: fc.integer({ min: 1, max: ads }),
      at: fc.tuple(fc.constantFrom(...edges), offset).map(([edge, by]) => edge + by),
    })
    return fc.record({
      now: fc.constant(now),
      minutes: fc.constant(minutes),
      events: fc.array(event, { minLength: 30, maxLength: 60 }),
    })
  })

async function countRaw(after: number, through: number) {
  return sql`
    select id as ad_id,
      (select count(*)::integer from all_clicks where ad_id = id and occurred_at > ${new Date(after)} and occurred_at <= ${new Date(through)}) as clicks,
      (select count(*)::integer from all_impressions where ad_id = id and occurred_at > ${new Date(after)} and occurred_at <= ${new Date(through)}) as impressions
    from ads order by id`
}

async function databaseTime(): Promise<number> {
  const [row] = await sql`select floor(extract(epoch from clock_timestamp()) * 1000)::float8 as ms`
  return row!.ms
}
