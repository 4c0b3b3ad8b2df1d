import { type BatchStore, createBatchStore, readLedger, seedAds } from '@ads-tracker/data'
import { uuidv7 } from '@ads-tracker/events'
import postgres from 'postgres'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { useDatabase } from './support.ts'

const used = useDatabase()
let store: BatchStore

beforeAll(async () => {
  store = createBatchStore({ url: used.db.clickWriterUrl })
  await seedAds(used.database)
})
afterAll(() => store?.close())

async function storeClicks(count: number): Promise<void> {
  const unknown = { ip: null, user_agent: null, playback_time: null }
  const at = '2026-05-05T10:00:30.000Z'
  const events = Array.from({ length: count }, (_, offset) => ({
    range: 0,
    offset: BigInt(offset),
    event: { ...unknown, event_id: uuidv7(), ad_id: 1, occurred_at: at, received_at: at },
  }))
  const from = { topic: 'clicks', partition: 0, type: 'click' as const, firstOffset: 0n }
  const range = { ...from, nextOffset: BigInt(count), lastTimestamp: Date.parse(at) }
  await store.apply({ ranges: [range], events, deadLetters: [] })
}

const range = ['--from', '2026-05-05T10:00:00Z', '--to', '2026-05-05T11:00:00Z']

it('agrees, then finds what is off, and rebuild repairs it', async () => {
  await storeClicks(5)
  expect(await used.run(['verify'])).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('rollups agree') as string,
  })

  await store.foldRollups({ entries: 0, ageMs: 0 })
  // Only the owner could do this.
  const sql = postgres(used.db.url, { max: 1 })
  await sql`update ad_minute_stats set clicks = 3`
  await sql.end()
  const off = await used.run(['verify', ...range])
  expect(off.code).toBe(1)
  expect(off.stdout).toContain('minute 2026-05-05T10:00:00.000Z ad 1: 3 clicks, should be 5')

  const repaired = expect.stringContaining('1 minutes computed again') as string
  expect(await used.run(['rebuild', ...range])).toMatchObject({ code: 0, stdout: repaired })
  expect(await used.run(['verify'])).toMatchObject({ code: 0 })
  expect((await readLedger(used.database)).imbalance).toBe(0)
})
