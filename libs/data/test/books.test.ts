import type { Sql } from 'postgres'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { testDatabase } from '@ads-tracker/local-servers'
import { type BatchStore, createBatchStore, createDatabase, type Database, readBooks, seedAds } from '../src/index.ts'
import { batchOf, event, topics } from './log.ts'
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
  database = createDatabase({ url: db.adsApiUrl })
  const asOwner = createDatabase({ url: db.url })
  await seedAds(asOwner)
  await asOwner.close()
  await clearState(sql)
})
afterAll(async () => {
  await Promise.all([sql?.end(), store?.close(), database?.close()])
  await db?.drop()
})

it('adds the partitions up, for the role of ads-api', async () => {
  const batch = batchOf(
    (type, partition, offset) => ({
      // the second repeats the first, and the third names an ad that does not exist
      event: event(10 * partition + (offset === 2 ? 2 : 1), {
        ad_id: offset === 2 ? 999 : 1,
        playback_time: type === 'click' ? 1 : null,
      }),
    }),
    [
      { type: 'click', partition: 0, from: 0, to: 3 },
      { type: 'impression', partition: 1, from: 0, to: 1 },
    ],
    new Set([`${topics.click}/0/2`]),
  )
  expect(await store.apply(batch)).toMatchObject({ status: 'applied' })
  expect(await readBooks(database)).toMatchObject({
    balanced: true,
    off_by: 0,
    counted: 2,
    duplicates: 1,
    dead_letters: 1,
    waiting_dead_letters: [{ reason: 'unknown_ad', count: 1 }],
  })
})

it('tells by how much they are off', async () => {
  await sql`select fold_rollups_v1(0, 0, 1000, 1000)`
  await sql`update ad_totals set clicks = clicks + 2 where ctid = (select min(ctid) from ad_totals)`
  expect(await readBooks(database)).toMatchObject({ balanced: false, off_by: 2, counted: 2 })
})
