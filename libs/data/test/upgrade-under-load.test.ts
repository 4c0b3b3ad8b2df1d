import { cp, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Sql } from 'postgres'
import postgres from 'postgres'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { uuidv7 } from '@ads-tracker/events'
import { testDatabase } from '@ads-tracker/local-servers'
import {
  createBatchStore,
  createDatabase,
  type Database,
  migrate,
  readAnalytics,
  readLedger,
  verifyRollups,
} from '../src/index.ts'
import { applyBefore } from './apply-before.ts'
import { owner } from './stored-events.ts'

const migrations = join(import.meta.dirname, '../migrations')
/** The first migration that the version before does not have. */
const upgrade = 24
const topic = 'test.clicks'

let db: Awaited<ReturnType<typeof testDatabase>>
let sql: Sql
let database: Database
let before: string
/** The user agent of each event that was sent, by its id. */
let agents: Map<string, string>

beforeEach(async () => {
  db = await testDatabase({ empty: true })
  sql = owner(db.url)
  database = createDatabase({ url: db.url, max: 2 })
  agents = new Map()
  before = await mkdtemp(join(tmpdir(), 'migrations-before-'))
  for (const name of await readdir(migrations))
    if (Number(name.slice(0, 4)) < upgrade) await cp(join(migrations, name), join(before, name))
})
afterEach(async () => {
  await Promise.all([sql.end(), database.close()])
  await db.drop()
  await rm(before, { recursive: true })
})

it('a system of the version before is migrated while its writers run; old and new writers go on together, and nothing is lost', async () => {
  const passwords = { ads_api: 'ads_api', click_writer: 'click_writer' }
  await migrate({ url: db.url, directory: before, passwords })
  await sql`insert into ads (id, image_url, target_url) values (1, 'https://cdn.test', 'https://shop.test'), (2, 'https://cdn.test', 'https://shop.test')`
  const oldWriters = [0, 1].map((partition) => writeAsBefore(partition))
  await expect.poll(() => oldWriters.every(({ sent }) => sent() >= 100), { timeout: 20_000 }).toBe(true)

  await migrate({ url: db.url })
  const sentByThen = oldWriters.map(({ sent }) => sent())
  const [store, folder] = [0, 1].map(() => createBatchStore({ url: db.clickWriterUrl }))
  let folding = true
  const folds = (async () => {
    while (folding) await folder!.foldRollups({ entries: 0, ageMs: 0 })
  })()
  for (let offset = 0; offset < 400; offset += 10) {
    const events = Array.from({ length: 10 }, (_, n) => ({ range: 0, offset: BigInt(offset + n), event: anEvent() }))
    const range = {
      topic,
      partition: 2,
      type: 'click' as const,
      firstOffset: BigInt(offset),
      nextOffset: BigInt(offset + 10),
      lastTimestamp: Date.now(),
    }
    expect(await store!.apply({ ranges: [range], events, deadLetters: [] })).toMatchObject({ status: 'applied' })
    // what readers see is consistent at any moment, whichever writer wrote it
    const { totals, booked, imbalance } = await readLedger(database)
    expect({ totals, imbalance }).toEqual({ totals: booked, imbalance: 0 })
  }
  await expect
    .poll(() => oldWriters.every(({ sent }, index) => sent() >= (sentByThen[index] as number) + 100), {
      timeout: 20_000,
    })
    .toBe(true)
  folding = false
  await Promise.all([folds, ...oldWriters.map(({ stop }) => stop())])

  const sent = oldWriters.reduce((sum, writer) => sum + writer.sent(), 400)
  const stored = await sql<{ event_id: string; user_agent: string }[]>`select event_id, user_agent from all_clicks`
  expect(stored).toHaveLength(sent)
  expect(new Map(stored.map(({ event_id, user_agent }) => [event_id, user_agent]))).toEqual(agents)
  const numbered = await sql`
    select user_agent_id from clicks where user_agent_id is not null
    union all select user_agent_id from clicks_undated where user_agent_id is not null`
  expect(numbered).toHaveLength(400)
  expect(await readLedger(database)).toMatchObject({ totals: BigInt(sent), imbalance: 0 })
  expect((await verifyRollups(database)).differences).toEqual([])
  expect((await readAnalytics(database)).rows.reduce((sum, { clicks }) => sum + clicks, 0)).toBe(sent)
  const [old] = await sql`select clicks from analytics_v1(null, null)`
  expect((JSON.parse(`[${old!.clicks.slice(1, -1)}]`) as number[]).reduce((sum, clicks) => sum + clicks, 0)).toBe(sent)
  await Promise.all([store!.close(), folder!.close()])
}, 120_000)

function anEvent() {
  const at = new Date().toISOString()
  const [event_id, user_agent] = [uuidv7(), `agent ${Math.floor(Math.random() * 20)}`]
  agents.set(event_id, user_agent)
  return {
    event_id,
    ad_id: 1 + Math.floor(Math.random() * 2),
    occurred_at: at,
    received_at: at,
    ip: null,
    user_agent,
    playback_time: null,
  }
}

/** A writer of the version before: five clicks a batch, through apply_batch_v1. An error that it would retry it retries. */
function writeAsBefore(partition: number) {
  const connection = postgres(db.clickWriterUrl, { max: 1, onnotice: () => {} })
  let sent = 0
  let stopping = false
  const done = run()
  return { sent: () => sent, stop }

  async function run() {
    while (!stopping) {
      const events = Array.from({ length: 5 }, anEvent)
      expect(await applyBefore(connection, { topic, partition, from: sent, events })).toEqual({
        counted: 5,
        duplicates: 0,
      })
      sent += 5
    }
  }

  async function stop() {
    stopping = true
    await done
    await connection.end()
  }
}
