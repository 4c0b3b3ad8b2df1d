import type { Sql } from 'postgres'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { testDatabase } from '@ads-tracker/local-servers'
import type { EventType } from '@ads-tracker/events'
import {
  type BatchStore,
  createBatchStore,
  createDatabase,
  type Database,
  readLedger,
  type PartitionOutcome,
} from '../src/index.ts'
import { batchOf, brokerTime, moveToDeadLetters, event, id, type LogRecord, type Range, topics } from './log.ts'
import { owner } from './stored-events.ts'
import { clearState } from './stored-state.ts'

let db: Awaited<ReturnType<typeof testDatabase>>
let sql: Sql
let store: BatchStore
let database: Database

beforeAll(async () => {
  db = await testDatabase()
  sql = owner(db.url)
  store = createBatchStore({ url: db.clickWriterUrl })
  database = createDatabase({ url: db.clickWriterUrl })
  await sql`insert into ads (id, image_url, target_url) values (1, 'https://cdn.test', 'https://shop.test'), (2, 'https://cdn.test', 'https://shop.test')`
})
afterAll(async () => {
  await Promise.all([sql?.end(), store?.close(), database?.close()])
  await db?.drop()
})
beforeEach(() => clearState(sql))

const given = '2026-01-01T10:00:00.000Z'
const later = '2026-01-01T10:00:05.000Z'

/** Applies these records of one partition, from `from` on; answers what became of them. */
async function apply(
  records: LogRecord[],
  { from = 0, partition = 0, type = 'click' as EventType } = {},
): Promise<PartitionOutcome> {
  const range: Range = { type, partition, from, to: from + records.length }
  const outcome = await store.apply(batchOf((_, __, offset) => records[offset - from] as LogRecord, [range]))
  if (outcome.status !== 'applied') throw new Error(`was not applied: ${outcome.status}`)
  return outcome.partitions[0] as PartitionOutcome
}

async function total(): Promise<number> {
  const [row] = await sql<
    [{ sum: number }]
  >`select coalesce(sum(clicks + impressions), 0)::integer as sum from ad_total_counts`
  return row.sum
}

describe('identity', () => {
  it('an event that comes twice in one batch counts once', async () => {
    expect(await apply([{ event: event(1) }, { event: event(1) }])).toMatchObject({ counted: 1, duplicates: 1 })
    expect(await total()).toBe(1)
  })

  it('an event that was stored before is a duplicate', async () => {
    await apply([{ event: event(1) }])
    expect(await apply([{ event: event(1) }], { from: 1 })).toMatchObject({ counted: 0, duplicates: 1, conflicts: 0 })
  })

  it('the same id is one click and one impression', async () => {
    await apply([{ event: event(1) }])
    expect(await apply([{ event: event(1) }], { type: 'impression' })).toMatchObject({ counted: 1, duplicates: 0 })
  })

  it('another ad, playback time or given time under the same id is a conflict, and is kept beside the first', async () => {
    const first = event(1, { occurred_at: given, received_at: later })
    const others = [
      { ad_id: 2 },
      { playback_time: 2 },
      { playback_time: null },
      { occurred_at: '2026-01-01T10:00:00.001Z' },
    ]
    const records = [first, ...others.map((fields) => ({ ...first, ...fields }))].map((event) => ({ event }))
    expect(await apply(records)).toMatchObject({ counted: 1, duplicates: 0, conflicts: 4 })
    const kept = await sql`select ad_id, playback_time, "offset" from event_conflicts order by "offset"`
    expect(kept.map(({ ad_id, playback_time }) => [ad_id, playback_time])).toEqual([
      [2, 1.5],
      [1, 2],
      [1, null],
      [1, 1.5],
    ])
    expect(await sql`select ad_id, playback_time from all_clicks`).toEqual([{ ad_id: 1, playback_time: 1.5 }])
  })

  it('address, agent and arrival never make a conflict, nor does a time that the client did not give', async () => {
    const retries = [
      { ip: '198.51.100.0' },
      { user_agent: null },
      { received_at: later, occurred_at: later },
      { received_at: given, occurred_at: given },
    ]
    const records = [{}, ...retries].map((fields) => ({ event: event(1, fields) }))
    expect(await apply(records)).toMatchObject({ counted: 1, duplicates: 4, conflicts: 0 })
  })

  it('a time that was given decides only against another one that was given', async () => {
    await apply([{ event: event(1, { occurred_at: given, received_at: later }) }])
    expect(await apply([{ event: event(1, { occurred_at: later, received_at: later }) }], { from: 1 })).toMatchObject({
      duplicates: 1,
    })
    expect(await apply([{ event: event(1, { occurred_at: later, received_at: given }) }], { from: 2 })).toMatchObject({
      conflicts: 1,
    })
  })

  it('repeats are counted by id', async () => {
    await apply([{ event: event(1) }, { event: event(1) }, { event: event(1, { ad_id: 2 }) }, { event: event(2) }])
    expect(await sql`select event_id, duplicates, conflicts from event_repeats`).toEqual([
      { event_id: id(1), duplicates: '1', conflicts: '1' },
    ])
  })
})

describe('records that are delivered again', () => {
  it('change nothing when they are known', async () => {
    const records = [
      { event: event(1) },
      { event: event(1) },
      { event: event(1, { ad_id: 2 }) },
      { reason: 'undecodable' as const },
    ]
    await apply(records)
    const before = await sql`select * from ledger, event_repeats, event_conflicts`
    expect(await apply(records)).toMatchObject({
      counted: 0,
      duplicates: 0,
      conflicts: 0,
      deadLetters: 0,
      recovered: 0,
      nextOffset: 4n,
    })
    expect(await sql`select * from ledger, event_repeats, event_conflicts`).toEqual(before)
  })

  it('are stored and called recovered when they are not known, and the totals still equal the ledger', async () => {
    await apply([{ event: event(1) }, { event: event(2) }])
    expect(await apply([{ event: event(1) }, { event: event(3) }, { event: event(4) }])).toMatchObject({
      counted: 1,
      recovered: 1,
      nextOffset: 3n,
    })
    expect(await readLedger(database)).toMatchObject({ totals: 4n, booked: 4n, imbalance: 0 })
  })

  it('come before new ones with the same id, wherever they lie', async () => {
    await apply([{ event: event(1) }], { partition: 1 })
    const rewritten: Record<number, LogRecord> = {
      0: { event: event(5, { ad_id: 2 }) },
      1: { event: event(5, { ad_id: 1 }) },
    }
    const ranges: Range[] = [0, 1].map((partition) => ({ type: 'click', partition, from: 0, to: 1 }))
    const outcome = await store.apply(batchOf((_, partition) => rewritten[partition] as LogRecord, ranges))
    expect(outcome).toMatchObject({
      partitions: [
        { partition: 0, counted: 0, conflicts: 1 },
        { partition: 1, recovered: 1 },
      ],
    })
  })

  it('stay dead letters even when their ad exists by now', async () => {
    const records = [{ event: event(1, { ad_id: 7 }) }, { event: event(2) }]
    const batch = batchOf(
      (_, __, offset) => records[offset] as LogRecord,
      [{ type: 'click', partition: 0, from: 0, to: 2 }],
    )
    await store.apply(moveToDeadLetters(batch, await store.apply(batch)))
    await sql`insert into ads (id, image_url, target_url) values (7, 'https://cdn.test', 'https://shop.test')`
    expect(await store.apply(batch)).toMatchObject({ status: 'applied', partitions: [{ counted: 0, recovered: 0 }] })
    expect(await total()).toBe(1)
    await sql`delete from ads where id = 7`
  })
})

describe('a batch', () => {
  it('that begins above its book writes nothing and says what is missing', async () => {
    await apply([{ event: event(1) }])
    const ranges: Range[] = [
      { type: 'click', partition: 0, from: 1, to: 2 },
      { type: 'click', partition: 1, from: 3, to: 4 },
    ]
    const outcome = await store.apply(batchOf((_, partition) => ({ event: event(2 + partition) }), ranges))
    expect(outcome).toEqual({ status: 'gap', gaps: [{ topic: topics.click, partition: 1, expected: 0n, found: 3n }] })
    expect(await total()).toBe(1)
  })

  it('with an unknown ad writes nothing and names the rows, by the place of their range in the batch', async () => {
    const ranges: Range[] = [
      { type: 'impression', partition: 0, from: 0, to: 1 },
      { type: 'click', partition: 0, from: 0, to: 2 },
    ]
    const batch = batchOf(
      (type, _, offset) => ({ event: event(offset + 1, { ad_id: type === 'click' ? 8 + offset : 1 }) }),
      ranges,
    )
    const outcome = await store.apply(batch)
    expect(outcome).toEqual({
      status: 'unknown_ads',
      rows: [
        { range: 1, offset: 0n },
        { range: 1, offset: 1n },
      ],
    })
    expect(await total()).toBe(0)
    expect(await store.apply(moveToDeadLetters(batch, outcome))).toMatchObject({
      partitions: [{ deadLetters: 2 }, { counted: 1 }],
    })
    expect(await sql`select reason, event_id from dead_letters order by "offset"`).toEqual([
      { reason: 'unknown_ad', event_id: id(1) },
      { reason: 'unknown_ad', event_id: id(2) },
    ])
  })

  it('with a hole in a range is refused, as nobody would account for the record', async () => {
    const batch = batchOf(() => ({ event: event(1) }), [{ type: 'click', partition: 0, from: 0, to: 2 }])
    batch.events.pop()
    await expect(store.apply(batch)).rejects.toMatchObject({ code: 'AT001' })
  })

  it('with the same partition twice is refused', async () => {
    const ranges: Range[] = [
      { type: 'click', partition: 0, from: 0, to: 1 },
      { type: 'click', partition: 0, from: 1, to: 2 },
    ]
    await expect(store.apply(batchOf(() => ({ event: event(1) }), ranges))).rejects.toMatchObject({ code: 'AT001' })
  })

  it('may come in any order of ranges and rows', async () => {
    const ranges: Range[] = [
      { type: 'impression', partition: 1, from: 0, to: 2 },
      { type: 'click', partition: 1, from: 0, to: 2 },
      { type: 'click', partition: 0, from: 0, to: 1 },
    ]
    const batch = batchOf(
      (_, partition, offset) => ({ event: event(1, { playback_time: partition * 10 + offset }) }),
      ranges,
    )
    batch.events.reverse()
    const { partitions } = (await store.apply(batch)) as { partitions: PartitionOutcome[] }
    expect(
      partitions.map(({ topic, partition, counted, conflicts }) => [topic, partition, counted, conflicts]),
    ).toEqual([
      [topics.click, 0, 1, 0],
      [topics.click, 1, 0, 2],
      [topics.impression, 1, 1, 1],
    ])
  })

  it('rolls up by the minute, hour and day of the event itself, in UTC', async () => {
    const times = [
      '2025-12-31T23:59:59.999Z',
      '2026-01-01T00:00:00.000Z',
      '2026-01-01T00:01:00.000Z',
      '2026-01-01T01:00:00.000Z',
    ]
    await apply(times.map((occurred_at, n) => ({ event: event(n + 1, { occurred_at }) })))
    expect((await sql`select clicks from ad_minute_counts`).length).toBe(4)
    expect(await sql`select hour, sum(clicks) as clicks from ad_hour_counts group by 1 order by 1`).toEqual([
      { hour: new Date('2025-12-31T23:00Z'), clicks: '1' },
      { hour: new Date('2026-01-01T00:00Z'), clicks: '2' },
      { hour: new Date('2026-01-01T01:00Z'), clicks: '1' },
    ])
    expect(
      (await sql`select sum(clicks) as clicks from ad_day_counts group by day order by day`).map(
        ({ clicks }) => clicks,
      ),
    ).toEqual(['1', '3'])
  })

  it('stores every field as it came, to the millisecond', async () => {
    const fields = {
      occurred_at: '2026-01-01T10:00:00.123Z',
      received_at: '2026-01-01T10:00:00.999Z',
      ip: '2001:db8:1::',
      user_agent: 'nüll, "{\\}"',
      playback_time: 0.1,
    }
    await apply([{ event: event(1, fields) }])
    const [row] = await sql`select *, host(ip) as ip from all_clicks`
    expect(row).toEqual({
      ...event(1, fields),
      occurred_at: new Date(fields.occurred_at),
      received_at: new Date(fields.received_at),
    })
  })

  it('keeps the bytes and headers of what could not be read', async () => {
    const batch = batchOf(() => ({ reason: 'undecodable' }), [{ type: 'click', partition: 0, from: 0, to: 1 }])
    batch.deadLetters[0] = {
      ...batch.deadLetters[0]!,
      value: Buffer.from([0, 255, 34, 92]),
      key: Buffer.from('k'),
      headers: { a: 'nul \0 and "quote"' },
      detail: 'bad \0 \ud800 text',
    }
    await store.apply(batch)
    const [row] = await sql`select key, value, headers, detail, arrived_at from dead_letters`
    expect(row).toEqual({
      key: Buffer.from('k'),
      value: Buffer.from([0, 255, 34, 92]),
      headers: { a: 'nul \0 and "quote"' },
      detail: 'bad  \ufffd text',
      arrived_at: new Date(brokerTime(0)),
    })
  })
})

describe('a dead letter', () => {
  const dead = (n: number, reason: 'schema_invalid' | 'undecodable' = 'schema_invalid') => ({ reason, eventId: id(n) })
  const letters = () =>
    sql`select type, "offset"::integer, reason, replayed_at is null as waiting, repeats::integer from dead_letters order by type, "offset", event_id`

  it('is made once for an event, however often a client retries it: a retry is a duplicate', async () => {
    expect(await apply([dead(1), dead(2), dead(1)])).toMatchObject({ deadLetters: 2, duplicates: 1, counted: 0 })
    expect(await apply([dead(1, 'undecodable'), { event: event(3) }], { from: 3 })).toMatchObject({
      deadLetters: 0,
      duplicates: 1,
      counted: 1,
    })
    expect(await letters()).toEqual([
      { type: 'click', offset: 0, reason: 'schema_invalid', waiting: true, repeats: 2 },
      { type: 'click', offset: 1, reason: 'schema_invalid', waiting: true, repeats: 0 },
    ])
    expect(await readLedger(database)).toMatchObject({ imbalance: 0, pendingDeadLetters: 2 })
  })

  it('is one for each type that an event was sent as, and one for each record whose id cannot be read', async () => {
    await apply([dead(1), { reason: 'undecodable' }, { reason: 'undecodable' }])
    expect(await apply([dead(1)], { type: 'impression' })).toMatchObject({ deadLetters: 1, duplicates: 0 })
    expect((await letters()).map(({ type, offset }) => [type, offset])).toEqual([
      ['click', 0],
      ['click', 1],
      ['click', 2],
      ['impression', 0],
    ])
  })

  it('takes no part in what is delivered again: a retry is neither stored nor counted twice, also when its ad exists by now', async () => {
    await apply([dead(1)])
    await apply([dead(1)], { from: 1 })
    expect(await apply([{ event: event(1) }], { from: 1 })).toMatchObject({
      nextOffset: 2n,
      recovered: 0,
      duplicates: 0,
    })
    expect(await apply([dead(1)], { from: 1 })).toMatchObject({ deadLetters: 0, duplicates: 0 })
    expect((await letters()).map(({ repeats }) => repeats as number)).toEqual([1])
    expect(await total()).toBe(0)
  })

  it('is made once by two connections that store retries of it at the same time', async () => {
    const other = createBatchStore({ url: db.clickWriterUrl })
    const batchFor = (partition: number, round: number) =>
      batchOf(
        (_, __, offset) => dead(1 + offset),
        [{ type: 'click', partition, from: round * 20, to: round * 20 + 20 }],
      )
    for (let round = 0; round < 10; round++)
      await Promise.all([store.apply(batchFor(0, round)), other.apply(batchFor(1, round))])
    expect((await letters()).map(({ repeats }) => repeats as number)).toEqual(Array.from({ length: 200 }, () => 1))
    expect((await readLedger(database)).imbalance).toBe(0)
    await other.close()
  })

  it('that was replayed in vain waits under its new place, and a second replay of the old one is a retry', async () => {
    const replayOf = { topic: topics.click, partition: 0, offset: 0n }
    await apply([dead(1)])
    expect(await apply([{ ...dead(1), replayOf }], { from: 1 })).toMatchObject({ deadLetters: 1, duplicates: 0 })
    expect(await apply([{ ...dead(1), replayOf }], { from: 2 })).toMatchObject({ deadLetters: 0, duplicates: 1 })
    expect((await letters()).map(({ offset, waiting, repeats }) => [offset, waiting, repeats])).toEqual([
      [0, false, 0],
      [1, true, 1],
    ])
  })
})

describe('a replay', () => {
  const replayOf = { topic: topics.click, partition: 0, offset: 0n }

  it('counts once however often it comes, and marks the dead letter', async () => {
    await apply([{ reason: 'schema_invalid', event: undefined }])
    await apply(
      [
        { event: event(1), replayOf },
        { event: event(1), replayOf },
      ],
      { from: 1 },
    )
    expect(await total()).toBe(1)
    expect(await sql`select replayed_at from dead_letters`).toEqual([{ replayed_at: new Date(brokerTime(2)) }])
  })

  it('that fails again replaces the dead letter that it repeats', async () => {
    await apply([{ reason: 'schema_invalid' }])
    await apply([{ reason: 'schema_invalid', replayOf }], { from: 1 })
    expect(await sql`select "offset", replayed_at is null as pending from dead_letters order by 1`).toEqual([
      { offset: '0', pending: false },
      { offset: '1', pending: true },
    ])
  })

  it('of what is no dead letter is an ordinary record', async () => {
    expect(await apply([{ event: event(1), replayOf: { topic: 'nowhere', partition: 3, offset: 9n } }])).toMatchObject({
      counted: 1,
    })
  })
})

describe('the mark', () => {
  it('is the time of the last record while reading, and the time of asking once all is read', async () => {
    await apply([{ event: event(1) }, { event: event(2) }])
    expect((await readLedger(database)).completeThrough).toEqual(new Date(brokerTime(1)))
    const at = new Date(brokerTime(60))
    const ends = [{ topic: topics.click, partition: 0, end: 3n }]
    expect(await store.advanceCompleteThrough({ at, ends })).toEqual({ behind: [] })
    expect((await readLedger(database)).completeThrough).toEqual(new Date(brokerTime(1)))
    await store.advanceCompleteThrough({ at, ends: [{ ...ends[0]!, end: 2n }] })
    expect((await readLedger(database)).completeThrough).toEqual(at)
  })

  it('does not move on a log that is shorter than its book, and says so', async () => {
    await apply([{ event: event(1) }, { event: event(2) }])
    const end = { topic: topics.click, partition: 0, end: 1n }
    expect(await store.advanceCompleteThrough({ at: new Date(), ends: [end] })).toEqual({
      behind: [{ ...end, nextOffset: 2n }],
    })
    expect((await readLedger(database)).completeThrough).toEqual(new Date(brokerTime(1)))
  })

  it('never goes back', async () => {
    await apply([{ event: event(1) }])
    const at = new Date(brokerTime(60))
    await store.advanceCompleteThrough({ at, ends: [{ topic: topics.click, partition: 0, end: 1n }] })
    await apply([{ event: event(2) }], { from: 1 })
    expect((await readLedger(database)).completeThrough).toEqual(at)
  })

  it('is never later than the clock of the database, whatever a writer or a broker reports', async () => {
    await apply([{ event: event(1) }])
    const ends = [{ topic: topics.click, partition: 0, end: 1n }]
    await store.advanceCompleteThrough({ at: new Date(Date.now() + 3_600_000), ends })
    expect((await readLedger(database)).completeThrough).toEqual(new Date(brokerTime(0)))

    const asked = await store.now()
    await store.advanceCompleteThrough({ at: new Date(asked.getTime() + 300), ends })
    const { completeThrough } = await readLedger(database)
    expect(completeThrough!.getTime()).toBeGreaterThanOrEqual(asked.getTime())
    expect(completeThrough!.getTime()).toBeLessThanOrEqual((await store.now()).getTime())
  })

  it('heals when an earlier version has stored one that lies ahead', async () => {
    await apply([{ event: event(1) }])
    await sql`alter table ledger disable trigger clamp_complete_through`
    await sql`update ledger set complete_through = now() + interval '1 hour'`
    await sql`alter table ledger enable trigger clamp_complete_through`
    const ends = [{ topic: topics.click, partition: 0, end: 1n }]
    await store.advanceCompleteThrough({ at: await store.now(), ends })
    const at = await store.now()
    await store.advanceCompleteThrough({ at, ends })
    expect((await readLedger(database)).completeThrough).toEqual(at)
  })

  it('is missing while one partition was never read', async () => {
    await apply([{ event: event(1) }])
    await store.ensureLedger([
      { topic: topics.click, partition: 0 },
      { topic: topics.click, partition: 1 },
    ])
    expect((await readLedger(database)).completeThrough).toBeNull()
  })
})

describe('two connections', () => {
  it('with the same ids in opposite partitions wait for each other, never in a circle', async () => {
    const other = createBatchStore({ url: db.clickWriterUrl })
    const batchFor = (partition: number, from: number) =>
      batchOf(
        (_, __, offset) => ({ event: event(1 + (partition === 0 ? offset - from : 49 - (offset - from))) }),
        (['click', 'impression'] as const).map((type) => ({ type, partition, from, to: from + 50 })),
      )
    for (let round = 0; round < 10; round++) {
      for (const table of ['clicks', 'clicks_undated', 'impressions', 'impressions_undated'])
        await sql`delete from ${sql(table)}`
      const outcomes = await Promise.all([store.apply(batchFor(0, round * 50)), other.apply(batchFor(1, round * 50))])
      const partitions = outcomes.flatMap((outcome) => (outcome.status === 'applied' ? outcome.partitions : []))
      expect(partitions.reduce((sum, { counted }) => sum + counted, 0)).toBe(100)
    }
    await other.close()
  })
})
