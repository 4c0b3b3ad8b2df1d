import { afterAll, beforeAll, expect, it } from 'vitest'
import {
  type BatchStore,
  createBatchStore,
  createDatabase,
  type Database,
  readLedger,
  seedAds,
} from '@ads-tracker/data'
import { uuidv7 } from '@ads-tracker/events'
import { entry, runSource, testDatabase } from '@ads-tracker/local-servers'

let db: Awaited<ReturnType<typeof testDatabase>>
let database: Database
let store: BatchStore

beforeAll(async () => {
  db = await testDatabase()
  database = createDatabase({ url: db.url, max: 1 })
  store = createBatchStore({ url: db.clickWriterUrl })
  await seedAds(database)
})
afterAll(async () => {
  await Promise.all([database?.close(), store?.close()])
  await db?.drop()
})

const run = (...args: string[]) => runSource(entry('tools/cli'), args, { DATABASE_URL: db.url })

async function storeClicks(count: number): Promise<void> {
  const at = '2026-05-05T10:00:30.000Z'
  const events = Array.from({ length: count }, (_, offset) => ({
    range: 0,
    offset: BigInt(offset),
    event: {
      event_id: uuidv7(),
      ad_id: 1,
      occurred_at: at,
      received_at: at,
      ip: null,
      user_agent: null,
      playback_time: null,
    },
  }))
  const range = {
    topic: 'clicks',
    partition: 0,
    type: 'click' as const,
    firstOffset: 0n,
    nextOffset: BigInt(count),
    lastTimestamp: Date.parse(at),
  }
  await store.apply({ ranges: [range], events, deadLetters: [] })
}

const range = ['--from', '2026-05-05T10:00:00Z', '--to', '2026-05-05T11:00:00Z']

it('agrees, then finds what is off, and rebuild repairs it', async () => {
  await storeClicks(5)
  expect(await run('verify')).toMatchObject({ code: 0, stdout: expect.stringContaining('rollups agree') as string })

  await store.foldRollups({ entries: 0, ageMs: 0 })
  // Only the owner could do this.
  const { default: postgres } = await import('postgres')
  const sql = postgres(db.url, { max: 1 })
  await sql`update ad_minute_stats set clicks = 3`
  await sql.end()
  const off = await run('verify', ...range)
  expect(off.code).toBe(1)
  expect(off.stdout).toContain('minute 2026-05-05T10:00:00.000Z ad 1: 3 clicks, should be 5')

  expect(await run('rebuild', ...range)).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('1 minutes made again') as string,
  })
  expect(await run('verify')).toMatchObject({ code: 0 })
  expect((await readLedger(database)).imbalance).toBe(0)
})

it('says how it is used', async () => {
  expect(await run('rebuild')).toMatchObject({
    code: 78,
    stderr: expect.stringContaining("required option '--from <time>' not specified") as string,
  })
  expect(await run('verify', '--from', 'yesterday')).toMatchObject({
    code: 78,
    stderr: expect.stringContaining('It must be a time such as') as string,
  })
  expect(await run('verify', '--from', '2026-01-02T00:00:00Z', '--to', '2026-01-01T00:00:00Z')).toMatchObject({
    code: 78,
  })
})
