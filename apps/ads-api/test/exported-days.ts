// eslint-disable-next-line no-restricted-imports -- reads the ledger and holds locks
import postgres from 'postgres'
import { type BatchStore, createApiKey, createBatchStore, createDatabase } from '@ads-tracker/data'
import { type AdEvent, type EventType, uuidv7 } from '@ads-tracker/events'
import { testDatabase } from '@ads-tracker/local-servers'

export const dayMs = 86_400_000
const today = Math.floor(Date.now() / dayMs) * dayMs

/** A day (UTC) as it is written in a URL. */
export const daysAgo = (days: number) => new Date(today - days * dayMs).toISOString().slice(0, 10)

let offset = 0n

/** A database with two ads, a writer that counts events, and a key with each scope. */
export async function exportedDays() {
  const db = await testDatabase()
  const sql = postgres(db.url, { max: 2, onnotice: () => {} })
  const writer: BatchStore = createBatchStore({ url: db.clickWriterUrl })
  const owner = createDatabase({ url: db.url, max: 1 })
  await sql`insert into ads (image_url, target_url) select 'https://cdn.test/' || n, 'https://shop.test' from generate_series(1, 2) n`
  await writer.ensureLedger([{ topic: 't', partition: 0 }])
  const keyOf = async (scope: 'analytics:read' | 'ads:write') =>
    (await createApiKey(owner, { name: scope, scopes: [scope] })).key
  return {
    db,
    sql,
    reader: { authorization: `Bearer ${await keyOf('analytics:read')}` },
    stranger: { authorization: `Bearer ${await keyOf('ads:write')}` },
    count,
    completeThrough,
    stop,
  }

  /** Counts events as click-writer does. */
  async function count(type: EventType, events: AdEvent[]) {
    const range = { topic: 't', partition: 0, type, firstOffset: offset, lastTimestamp: Date.now() }
    const rows = events.map((event) => ({ range: 0, offset: offset++, event }))
    const outcome = await writer.apply({
      ranges: [{ ...range, nextOffset: offset }],
      events: rows,
      deadLetters: [],
    })
    if (outcome.status !== 'applied') throw new Error(`not applied: ${outcome.status}`)
  }

  async function completeThrough(time: Date) {
    await sql`update ledger set complete_through = ${time}`
  }

  async function stop() {
    await Promise.all([sql.end(), writer.close(), owner.close()])
    await db.drop()
  }
}

export function eventOn(day: string, ms: number, more: Partial<AdEvent> = {}): AdEvent {
  const at = new Date(Date.parse(`${day}T00:00:00Z`) + ms).toISOString()
  return {
    event_id: uuidv7(Date.parse(at)),
    ad_id: 1,
    occurred_at: at,
    received_at: at,
    ip: '192.0.2.0',
    user_agent: 'Test/1.0',
    playback_time: 1.5,
    ...more,
  }
}
