import { cp, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Sql } from 'postgres'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { uuidv7 } from '@ads-tracker/events'
import { testDatabase } from '@ads-tracker/local-servers'
import {
  type BatchStore,
  createBatchStore,
  createDatabase,
  migrate,
  readAnalytics,
  readLedger,
  verifyRollups,
} from '../src/index.ts'
import { applyBefore } from './apply-before.ts'
import { batchOf, event, topics } from './log.ts'
import { owner } from './stored-events.ts'

const migrations = join(import.meta.dirname, '../migrations')
const day = 24 * 60 * 60 * 1000

let db: Awaited<ReturnType<typeof testDatabase>>
let sql: Sql
let store: BatchStore
let directory: string

// A system of the version that had default partitions.
beforeEach(async () => {
  db = await testDatabase({ empty: true })
  sql = owner(db.url)
  directory = await mkdtemp(join(tmpdir(), 'migrations-'))
  for (const name of (await readdir(migrations)).filter((name) => name < '0017'))
    await cp(join(migrations, name), join(directory, name))
  await migrate({ url: db.url, directory, passwords: { click_writer: 'click_writer' } })
  store = createBatchStore({ url: db.clickWriterUrl })
  await store.maintainPartitions()
  await sql`insert into ads (id, image_url, target_url) values (1, 'https://cdn.test', 'https://shop.test')`
})
afterEach(async () => {
  await Promise.all([sql.end(), store.close()])
  await db.drop()
  await rm(directory, { recursive: true })
})

const received = (ids: string[], at: number) =>
  ids.map((event_id) => {
    const time = new Date(at).toISOString()
    return event(1, { event_id, occurred_at: time, received_at: time })
  })

/** As the writer of that version did. */
const applyOld = (ids: string[], from: number, at: number) =>
  applyBefore(sql, { topic: topics.click, partition: 0, from, events: received(ids, at) })

async function apply(ids: string[], from: number, at: number) {
  const events = received(ids, at)
  const outcome = await store.apply(
    batchOf(
      (_type, _partition, offset) => ({ event: events[offset - from]! }),
      [{ type: 'click', partition: 0, from, to: from + ids.length }],
    ),
  )
  if (outcome.status !== 'applied') throw new Error(`was not applied: ${outcome.status}`)
  const { counted, duplicates } = outcome.partitions[0]!
  return { counted, duplicates }
}

it('keeps every event of a system with default partitions: each is known, counted once, and removed in its time', async () => {
  const now = Date.now()
  const [old, today] = [now - 100 * day, now]
  await sql`select make_day('clicks', ${new Date(old).toISOString().slice(0, 10)}::date)`
  const known = {
    'of today': uuidv7(today),
    'of 2030, in the default partition': uuidv7(Date.UTC(2030, 0, 1)),
    'of a day before the first one, in the default partition': uuidv7(now - 30 * day),
    'of another version': '3b0e3f1a-5d1c-4c3e-9f00-000000000001',
    'of an old day, which arrived late': uuidv7(old),
  }
  const expired = uuidv7(old)
  expect(await applyOld(Object.values(known), 0, today)).toEqual({ counted: 5, duplicates: 0 })
  expect(await applyOld([expired], 5, old)).toEqual({ counted: 1, duplicates: 0 })

  await migrate({ url: db.url })
  expect(await apply(Object.values(known), 6, today)).toEqual({ counted: 0, duplicates: 5 })
  await store.maintainPartitions()
  expect(await apply(Object.values(known), 11, today)).toEqual({ counted: 0, duplicates: 5 })
  expect(await sql`select event_id from all_clicks order by event_id`).toEqual(
    Object.values(known)
      .sort()
      .map((event_id) => ({ event_id })),
  )

  const database = createDatabase({ url: db.url, max: 1 })
  expect((await verifyRollups(database)).differences).toEqual([])
  expect(await readLedger(database)).toMatchObject({ imbalance: 0, totals: 6n })
  expect((await readAnalytics(database, { minutes: 5 })).rows[0]).toMatchObject({ ad_id: 1, clicks: 5 })
  await database.close()
})
