import type { Sql } from 'postgres'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { testDatabase } from '@ads-tracker/local-servers'
import { createBatchStore } from '../src/index.ts'
import { batchOf, event, id } from './log.ts'
import { owner } from './stored-events.ts'

let db: Awaited<ReturnType<typeof testDatabase>>
let sql: Sql

beforeAll(async () => {
  db = await testDatabase()
  sql = owner(db.url)
  await sql`insert into ads (id, image_url, target_url) values (1, 'https://cdn.test', 'https://shop.test')`
})
afterAll(async () => {
  await sql?.end()
  await db?.drop()
})

it('applies both of two batches that wait for each other, because what is plain for one is a possible repeat for the other', async () => {
  // each inserts its plain event, waits for an id that another transaction holds, and then wants the plain event of the other
  const batches = [
    { plain: 5, held: 1, wanted: 7 },
    { plain: 7, held: 3, wanted: 5 },
  ]
  const stores = batches.map(({ held, wanted }) => {
    const suspects = [id(held), id(wanted)]
    return createBatchStore({ url: db.clickWriterUrl, filter: { add: (_, event) => suspects.includes(event) } })
  })
  const other = owner(db.url)
  const began = Promise.withResolvers<void>()
  const freed = Promise.withResolvers<void>()
  const holding = other.begin(async (transaction) => {
    for (const { held } of batches)
      await transaction`insert into clicks_undated (event_id, ad_id, occurred_at, received_at) values (${id(held)}, 1, now(), now())`
    began.resolve()
    await freed.promise
    throw new Error('rolled back')
  })
  const held = expect(holding).rejects.toThrow('rolled back')
  await began.promise
  const applied = batches.map(({ plain, held, wanted }, partition) =>
    stores[partition]!.apply(
      batchOf(
        (_, __, offset) => ({ event: event([plain, held, wanted][offset]!) }),
        [{ type: 'click', partition, from: 0, to: 3 }],
      ),
    ),
  )
  await vi.waitFor(
    async () => {
      const [row] = await sql<[{ count: number }]>`
        select count(*)::integer as count from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock' and query like '%apply_batch_v2%'`
      expect(row.count).toBe(2)
    },
    { timeout: 20_000 },
  )
  freed.resolve()
  await held
  expect(await Promise.all(applied)).toMatchObject([{ status: 'applied' }, { status: 'applied' }])
  expect(await sql`select count(*)::integer as count from all_clicks`).toEqual([{ count: 4 }])
  const [ledger] =
    await sql`select sum(counted)::integer as counted, sum(duplicates)::integer as duplicates from ledger`
  expect(ledger).toEqual({ counted: 4, duplicates: 2 })
  await Promise.all([other.end(), ...stores.map((store) => store.close())])
})
