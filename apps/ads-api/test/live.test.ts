// eslint-disable-next-line no-restricted-imports -- plays the writer, which ads-api itself must not be able to
import postgres from 'postgres'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createApiKey, createDatabase, revokeApiKey } from '@ads-tracker/data'
import { startApp, testDatabase } from '@ads-tracker/local-servers'
import { openStream } from './sse-client.ts'

let db: Awaited<ReturnType<typeof testDatabase>>
let app: Awaited<ReturnType<typeof startApp>>
let sql: postgres.Sql

const start = (env: Record<string, string> = {}) =>
  startApp('ads-api', { DATABASE_URL: db.adsApiUrl, LOG_LEVEL: 'warn', RATE_LIMIT_MAX: '0', ...env })
const open = (headers?: Record<string, string>) => openStream(`${app.url}/ads/analytics/live`, headers)

beforeAll(async () => {
  db = await testDatabase()
  sql = postgres(db.url, { max: 1, onnotice: () => {} })
  await sql`insert into ads (image_url, target_url) select 'https://cdn.test/' || n, 'https://shop.test' from generate_series(1, 3) n`
  await sql`insert into ledger (topic, partition, complete_through) values ('t', 0, now())`
  app = await start({ LIVE_MAX_STREAMS: '40', LIVE_MAX_STREAMS_PER_ADDRESS: '30' })
})
afterAll(async () => {
  await app?.stop()
  await sql?.end()
  await db?.drop()
})

describe('GET /ads/analytics/live', () => {
  it('is a snapshot, then the rows that moved, each with its freshness and the position of the ledger', async () => {
    const stream = await open()
    expect([stream.status, stream.headers]).toMatchObject([
      200,
      { 'content-type': 'text/event-stream', 'x-accel-buffering': 'no', 'cache-control': 'no-cache, no-transform' },
    ])
    const snapshot = await stream.message(() => true)
    expect(snapshot.type).toBe('snapshot')
    expect(snapshot.rows).toEqual(await (await fetch(`${app.url}/ads/analytics`)).json())

    await count(2, 7)
    const changes = await stream.message(({ rows }) => rows.some(({ clicks }) => clicks === 7))
    expect([changes.type, changes.rows]).toEqual(['changes', [{ ad_id: 2, clicks: 7, ctr: 0, impressions: 0 }]])
    expect(changes.id).toBe(await position())
    expect(Date.parse(changes.as_of) - Date.parse(changes.complete_through!)).toBe(changes.ingest_lag_ms)
  })

  it('sends everything again when ads come', async () => {
    const stream = await open()
    const before = await stream.message(() => true)
    await sql`insert into ads (image_url, target_url) values ('https://cdn.test/new', 'https://shop.test')`
    const after = await stream.message(({ rows }) => rows.length > before.rows.length)
    expect(after.type).toBe('snapshot')
  })

  it('sends at most two messages a second, however much is counted', async () => {
    const stream = await open()
    const first = await stream.message(() => true)
    let clicks = 1000
    while (stream.messages.length < 5) await count(1, (clicks += 1))
    const gaps = stream.messages.slice(1).map(({ at }, index) => at - stream.messages[index]!.at)
    // what was sent 500 ms apart may come a little closer together
    expect(stream.messages[4]!.at - first.at).toBeGreaterThan(1900)
    expect(gaps).toHaveLength(4)
    await stream.message(({ rows }) => rows.some((row) => row.clicks === clicks))
  })

  it('tells how fresh the numbers are although none of them moves', async () => {
    const stream = await open()
    await stream.message(() => true)
    await sql`update ledger set complete_through = now()`
    const quiet = await stream.message(({ type, rows }) => type === 'changes' && rows.length === 0)
    expect(quiet.id).toBe(await position())
  }, 30_000)

  it('goes on after Last-Event-ID with what moved since, and with a snapshot where that is not known', async () => {
    const other = await open()
    const first = await open()
    await first.message(() => true)
    await count(1, 5001)
    const { id } = await first.message(({ rows }) => rows.some(({ clicks }) => clicks === 5001))
    first.close()
    await count(2, 5002)
    await other.message(({ rows }) => rows.some(({ clicks }) => clicks === 5002))
    await count(3, 5003)
    const again = await (await open({ 'last-event-id': id })).message(() => true)
    expect(again.type).toBe('changes')
    expect(again.rows.map(({ ad_id, clicks }) => [ad_id, clicks])).toEqual([
      [1, 5001],
      [2, 5002],
      [3, 5003],
    ])
    expect((await (await open({ 'last-event-id': '999999' })).message(() => true)).type).toBe('snapshot')
  })

  it.each(['minutes=5', 'ad_id=1', 'x=1'])('answers 400 to ?%s, which it does not know', async (query) => {
    const answer = await fetch(`${app.url}/ads/analytics/live?${query}`)
    expect(answer.status).toBe(400)
    expect(await answer.json()).toMatchObject({ errors: [{ field: query.split('=')[0] }] })
  })

  it('answers 405 to HEAD, which would never end', async () => {
    const answer = await fetch(`${app.url}/ads/analytics/live`, { method: 'HEAD' })
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET'])
  })

  it('has a bounded number of streams for an address, and for all', async () => {
    const own = await start({
      LIVE_MAX_STREAMS: '3',
      LIVE_MAX_STREAMS_PER_ADDRESS: '2',
      TRUST_PROXY: '127.0.0.1/32',
    })
    const from = (address: string) => openStream(`${own.url}/ads/analytics/live`, { 'x-forwarded-for': address })
    const [one, two] = [await from('192.0.2.1'), await from('192.0.2.1')]
    const third = await from('192.0.2.1')
    expect([one.status, two.status, third.status]).toEqual([200, 200, 429])
    expect(third.headers).toMatchObject({ 'content-type': 'application/problem+json', 'retry-after': '5' })
    expect((await from('192.0.2.2')).status).toBe(200)
    expect((await from('192.0.2.3')).status).toBe(503)
    one.close()
    await expect.poll(async () => (await from('192.0.2.1')).status).toBe(200)
    await own.stop()
  })

  it('counts its streams and messages', async () => {
    await (await open()).message(() => true)
    const metrics = await (await fetch(`${app.url}/metrics`)).text()
    expect(Number(/^ads_live_streams (\S+)$/m.exec(metrics)?.[1])).toBeGreaterThan(0)
    expect(Number(/^ads_live_messages_total (\S+)$/m.exec(metrics)?.[1])).toBeGreaterThan(0)
    expect(metrics).toMatch(/^ads_live_streams_ended_total\{reason="client"\} \d+$/m)
    expect(metrics).not.toMatch(/route="\/ads\/analytics\/live",status="200"/)
  })

  it('stays open longer than the app keeps a silent connection, and has a comment every 15 s', async () => {
    const stream = await open()
    await expect.poll(() => stream.text(), { timeout: 40_000, interval: 500 }).toMatch(/^:\n\n[^]*^:$/m)
  }, 60_000)

  it('ends with a time to come back after, and does not hold up the end of the process', async () => {
    const own = await start()
    const stream = await openStream(`${own.url}/ads/analytics/live`)
    await stream.message(() => true)
    const stopped = own.stop()
    await stream.ended
    expect(stream.text()).toMatch(/retry: \d{4}\n\n$/)
    expect(await stopped).toBe(0)
  })
})

describe('with REQUIRE_ANALYTICS_KEY', () => {
  it('needs a key with analytics:read, and ends when the key is revoked', async () => {
    const owner = createDatabase({ url: db.url, max: 1 })
    const reader = await createApiKey(owner, { name: 'reader', scopes: ['analytics:read'] })
    const writer = await createApiKey(owner, { name: 'writer', scopes: ['ads:write'] })
    const own = await start({ REQUIRE_ANALYTICS_KEY: 'true' })
    const openWith = (key?: string) =>
      openStream(`${own.url}/ads/analytics/live`, key ? { authorization: `Bearer ${key}` } : {})
    expect((await openWith()).status).toBe(401)
    expect((await openWith(writer.key)).status).toBe(403)
    const stream = await openWith(reader.key)
    await stream.message(() => true)
    await revokeApiKey(owner, reader.id)
    await stream.ended
    expect((await openWith(reader.key)).status).toBe(401)
    await own.stop()
    await owner.close()
  }, 30_000)
})

async function count(ad: number, clicks: number) {
  await sql.begin((tx) => [
    tx`insert into ad_totals values (${ad}, 0, ${clicks}, 0) on conflict (ad_id, shard) do update set clicks = excluded.clicks`,
    tx`update ledger set next_offset = next_offset + 1, counted = counted + 1`,
  ])
}

async function position(): Promise<string> {
  const [row] = await sql<[{ position: string }]>`select sum(next_offset)::text as position from ledger`
  return row.position
}
