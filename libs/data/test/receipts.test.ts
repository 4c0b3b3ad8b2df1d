import type { Sql } from 'postgres'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { uuidv7 } from '@ads-tracker/events'
import { testDatabase } from '@ads-tracker/local-servers'
import { createDatabase, findReceipt } from '../src/index.ts'
import type { Database } from '../src/index.ts'
import { owner } from './stored-events.ts'

const time = new Date('2026-03-04T05:06:07.890Z')

let db: Awaited<ReturnType<typeof testDatabase>>
let sql: Sql
let database: Database
let id: string
let offset = 0

beforeAll(async () => {
  db = await testDatabase()
  sql = owner(db.url)
  database = createDatabase({ url: db.adsApiUrl })
  await sql`insert into ledger (topic, partition, complete_through) values ('t', 0, ${time})`
})
afterAll(async () => {
  await Promise.all([database?.close(), sql?.end()])
  await db?.drop()
})
beforeEach(() => {
  id = uuidv7()
})

it('says nothing of an event that is not known, but how far the numbers go', async () => {
  expect(await findReceipt(database, id)).toEqual({ receipts: [], completeThrough: time })
})

it('counts an event for each type that it was sent as, with what came again', async () => {
  await store('clicks', 3)
  await store('impressions', 4)
  await sql`insert into event_repeats (type, event_id, duplicates, conflicts, last_received_at) values ('click', ${id}, 2, 1, now())`
  expect((await findReceipt(database, id)).receipts).toEqual([
    { type: 'click', status: 'counted', ad_id: 3, duplicates: 2, conflicts: 1 },
    { type: 'impression', status: 'counted', ad_id: 4, duplicates: 0, conflicts: 0 },
  ])
})

it('tells why an event is a dead letter, and its ad where that can be known', async () => {
  await storeDeadLetter('unknown_ad', JSON.stringify({ event_id: id, ad_id: 999 }))
  await storeDeadLetter('unknown_ad', JSON.stringify({ event_id: id, ad_id: 999 }))
  expect((await findReceipt(database, id)).receipts).toEqual([
    { type: 'click', status: 'dead_letter', ad_id: 999, duplicates: 1, conflicts: 0, reason: 'unknown_ad' },
  ])
})

it('counts how often an event came again while its dead letter waited, also once it is counted', async () => {
  await storeDeadLetter('unknown_ad', JSON.stringify({ event_id: id, ad_id: 5 }))
  await sql`update dead_letters set repeats = 3 where event_id = ${id}`
  expect((await findReceipt(database, id)).receipts).toMatchObject([{ status: 'dead_letter', duplicates: 3 }])
  await store('clicks', 5)
  await sql`insert into event_repeats (type, event_id, duplicates, conflicts, last_received_at) values ('click', ${id}, 2, 0, now())`
  expect((await findReceipt(database, id)).receipts).toMatchObject([{ status: 'counted', duplicates: 5 }])
})

it.each(['schema_invalid', 'undecodable', 'rejected_by_database'] as const)(
  'does not trust the bytes of a letter that is %s',
  async (reason) => {
    await storeDeadLetter(reason, '{"ad_id": "not a number\u0001')
    expect((await findReceipt(database, id)).receipts).toEqual([
      { type: 'click', status: 'dead_letter', ad_id: null, duplicates: 0, conflicts: 0, reason },
    ])
  },
)

it('counts an event whose dead letter was replayed, and says when', async () => {
  await storeDeadLetter('unknown_ad', JSON.stringify({ event_id: id, ad_id: 5 }))
  await store('clicks', 5)
  await sql`update dead_letters set replayed_at = ${time} where event_id = ${id}`
  expect((await findReceipt(database, id)).receipts).toEqual([
    { type: 'click', status: 'counted', ad_id: 5, duplicates: 0, conflicts: 0, replayed_at: time },
  ])
})

it('does not let ads-api read the bytes of dead letters', async () => {
  const api = owner(db.adsApiUrl)
  await expect(api`select value from dead_letters`).rejects.toMatchObject({ code: '42501' })
  await api.end()
})

async function store(table: 'clicks' | 'impressions', ad: number) {
  await sql`insert into ${sql(table)} (event_id, ad_id, occurred_at, received_at) values (${id}, ${ad}, ${time}, ${time})`
}

async function storeDeadLetter(reason: string, value: string) {
  await sql`
    insert into dead_letters (topic, partition, "offset", type, reason, detail, event_id, value, headers, arrived_at)
    values ('t', 0, ${offset++}, 'click', ${reason}, 'test', ${id}, ${Buffer.from(value)}, '{}', ${time})`
}
