import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { parse } from 'csv-parse/sync'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { startApp } from '@ads-tracker/local-servers'
import { dayMs, daysAgo, eventOn, exportedDays } from './exported-days.ts'

let days: Awaited<ReturnType<typeof exportedDays>>
let app: Awaited<ReturnType<typeof startApp>>
const env = () => ({ DATABASE_URL: days.db.adsApiUrl, LOG_LEVEL: 'fatal', RATE_LIMIT_MAX: '0' })
const get = (path: string, headers: Record<string, string> = {}, url = app.url) =>
  fetch(`${url}/ads/exports/${path}`, { headers: { ...days.reader, ...headers } })
const csv = async (path: string) =>
  parse<Record<string, string>>(await (await get(path)).text(), { columns: true, record_delimiter: '\r\n' })

const settled = daysAgo(10)
const large = daysAgo(9)
const recent = daysAgo(0)
const odd = [
  eventOn(settled, 5, { user_agent: '=HYPERLINK("https://evil.test")' }),
  eventOn(settled, 5, { user_agent: 'two\r\nlines, "quoted"', ad_id: 2, playback_time: null }),
  eventOn(settled, 0, { user_agent: null, ip: null, event_id: '00000000-0000-0000-0000-000000000000' }),
  eventOn(settled, dayMs - 1, { user_agent: '–', playback_time: 0.1 + 0.2 }),
]

beforeAll(async () => {
  days = await exportedDays()
  await days.count('click', [...odd, eventOn(recent, 1)])
  await days.count('impression', [eventOn(settled, 77)])
  // more than a page, and many of one moment
  await days.count(
    'click',
    Array.from({ length: 25_000 }, (_, n) => eventOn(large, n < 5000 ? 42 : n, { ad_id: 1 + (n % 2) })),
  )
  await days.completeThrough(new Date())
  app = await startApp('ads-api', env())
})
afterAll(async () => {
  await app?.stop()
  await days?.stop()
})

describe('an export as CSV', () => {
  it('has every event of the day as it is stored, in order, and keeps spreadsheets from running what is in them', async () => {
    const response = await get(`clicks/${settled}.csv`)
    expect(response.headers.get('content-type')).toBe('text/csv; charset=utf-8; header=present')
    expect(response.headers.get('content-disposition')).toBe(`attachment; filename="clicks-${settled}.csv"`)
    const text = await response.text()
    expect(text).toMatch(/^event_id,ad_id,occurred_at,received_at,ip,user_agent,playback_time\r\n/)
    const rows = parse<Record<string, string>>(text, { columns: true, record_delimiter: '\r\n' })
    const inOrder = [...odd].sort(
      (one, other) => one.occurred_at.localeCompare(other.occurred_at) || one.event_id.localeCompare(other.event_id),
    )
    expect(rows).toEqual(
      inOrder.map((event) => ({
        ...event,
        ad_id: String(event.ad_id),
        ip: event.ip ?? '',
        user_agent: event.user_agent?.replace(/^=/, "'=") ?? '',
        playback_time: event.playback_time === null ? '' : String(event.playback_time),
      })),
    )
  })

  it('has as many rows as the ledger has counted, page after page, each event once', async () => {
    const [clicks, others, impressions] = [
      await csv(`clicks/${large}.csv`),
      [...(await csv(`clicks/${settled}.csv`)), ...(await csv(`clicks/${recent}.csv`))],
      await csv(`impressions/${settled}.csv`),
    ]
    const [{ counted }] = await days.sql<[{ counted: string }]>`select sum(counted) as counted from ledger`
    expect(clicks.length + others.length + impressions.length).toBe(Number(counted))
    expect(new Set(clicks.map(({ event_id }) => event_id)).size).toBe(25_000)
    const keys = clicks.map(({ occurred_at, event_id }) => `${occurred_at} ${event_id}`)
    expect(keys).toEqual([...keys].sort())
  })

  it('is the head alone for a day without events', async () => {
    expect(await (await get(`impressions/${daysAgo(12)}.csv`)).text()).toMatch(/^event_id,[a-z_,]+\r\n$/)
  })
})

describe('an export as Parquet', () => {
  it('is read by DuckDB with the same rows in the same order', async () => {
    for (const day of [settled, large]) {
      const rows = await duckdb(await get(`clicks/${day}.parquet`), (file) => `select * from '${file}'`)
      const expected = await days.sql`
        select event_id::text, ad_id, occurred_at, received_at, host(ip) as ip, user_agent, playback_time from all_clicks
        where occurred_at >= ${`${day}T00:00:00Z`} and occurred_at < ${new Date(Date.parse(day) + dayMs)} order by occurred_at, event_id`
      expect(rows.length).toBe(expected.length)
      expect(rows).toEqual(
        expected.map((row) => ({
          ...row,
          occurred_at: row.occurred_at.toISOString(),
          received_at: row.received_at.toISOString(),
        })),
      )
    }
  })

  it('has columns of their own types, also for a day without events', async () => {
    for (const day of [settled, daysAgo(12)]) {
      const columns = await duckdb(
        await get(`clicks/${day}.parquet`),
        (file) => `select column_name as name, column_type as type from (describe select * from '${file}')`,
      )
      expect(columns).toEqual([
        { name: 'event_id', type: 'UUID' },
        { name: 'ad_id', type: 'INTEGER' },
        { name: 'occurred_at', type: 'TIMESTAMP WITH TIME ZONE' },
        { name: 'received_at', type: 'TIMESTAMP WITH TIME ZONE' },
        { name: 'ip', type: 'VARCHAR' },
        { name: 'user_agent', type: 'VARCHAR' },
        { name: 'playback_time', type: 'DOUBLE' },
      ])
    }
  })
})

describe('a settled day', () => {
  it.each(['csv', 'parquet'])('has the same bytes and the same strong ETag each time as %s', async (format) => {
    const [one, other] = [await get(`clicks/${large}.${format}`), await get(`clicks/${large}.${format}`)]
    expect(one.headers.get('x-settled')).toBe('true')
    expect(one.headers.get('etag')).toMatch(/^"/)
    expect(one.headers.get('etag')).toBe(other.headers.get('etag'))
    expect(Buffer.from(await one.arrayBuffer()).equals(Buffer.from(await other.arrayBuffer()))).toBe(true)
    const same = await get(`clicks/${large}.${format}`, { 'if-none-match': one.headers.get('etag')! })
    expect([same.status, await same.text()]).toEqual([304, ''])
  })

  it('has another ETag after an event that came late', async () => {
    const day = daysAgo(8)
    await days.count('click', [eventOn(day, 1)])
    const before = (await get(`clicks/${day}.csv`)).headers.get('etag')!
    await days.count('click', [eventOn(day, 2)])
    const after = await get(`clicks/${day}.csv`, { 'if-none-match': before })
    expect(after.status).toBe(200)
    expect(after.headers.get('etag')).not.toBe(before)
    expect((await after.text()).trim().split('\r\n')).toHaveLength(3)
  })

  it('is broken off, not ended, when rows are missing that were counted', async () => {
    const day = daysAgo(7)
    await days.count('click', [eventOn(day, 1), eventOn(day, 2)])
    for (const table of ['clicks', 'clicks_undated'])
      await days.sql`delete from ${days.sql(table)} where occurred_at = ${new Date(Date.parse(day) + 1)}`
    const response = await get(`clicks/${day}.csv`)
    await expect(response.text()).rejects.toThrow()
  })

  it('is so a day after its end, and only where everything was acknowledged up to then', async () => {
    const headersOf = async (day: string) => Object.fromEntries((await get(`clicks/${day}.csv`)).headers)
    expect(await headersOf(recent)).toMatchObject({ 'x-settled': 'false' })
    expect(await headersOf(recent)).not.toHaveProperty('etag')
    const mark = new Date(Date.parse(daysAgo(3)) + 2 * dayMs)
    await days.completeThrough(mark)
    expect(await headersOf(daysAgo(3))).toMatchObject({
      'x-settled': 'false',
      'x-complete-through': mark.toISOString(),
    })
    await days.completeThrough(new Date(mark.getTime() + 1))
    expect(await headersOf(daysAgo(3))).toMatchObject({ 'x-settled': 'true' })
    await days.completeThrough(new Date())
  })
})

describe('what is refused', () => {
  it.each([
    [`clicks/${daysAgo(-2)}.csv`, 'day'],
    ['clicks/2026-02-30.csv', 'day'],
    ['clicks/yesterday.csv', 'day'],
    ['clicks/1999-12-31.csv', 'day'],
    [`clicks/${settled}T00.csv`, 'day'],
    [`clicks/${settled}.xlsx`, 'format'],
    [`dead_letters/${settled}.csv`, 'type'],
    [`clicks/${settled}.csv?limit=5`, 'limit'],
  ])('%s names the field', async (path, field) => {
    const response = await get(path)
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ code: 'invalid_request', errors: [{ field }] })
  })

  it('is who has no key with the scope analytics:read, although analytics are open to all', async () => {
    expect((await fetch(`${app.url}/ads/exports/clicks/${settled}.csv`)).status).toBe(401)
    expect((await get(`clicks/${settled}.csv`, days.stranger)).status).toBe(403)
  })

  it('is a day of which events were removed, with the first one that is kept', async () => {
    await days.sql`update retention set removed_before = ${new Date(Date.parse(daysAgo(20)) + 1000)}`
    onTestFinished(async () => void (await days.sql`update retention set removed_before = null`))
    const gone = await get(`clicks/${daysAgo(19)}.csv`)
    expect(gone.status).toBe(410)
    expect(await gone.json()).toMatchObject({
      code: 'gone',
      detail: expect.stringContaining(`first complete day is ${daysAgo(18)}`),
    })
    expect((await get(`clicks/${daysAgo(18)}.csv`)).status).toBe(200)
  })
})

describe('many exports', () => {
  it('are bounded for an address and for all, and one whose client leaves ends its query', async () => {
    const own = await startApp('ads-api', {
      ...env(),
      EXPORTS_MAX: '3',
      EXPORTS_MAX_PER_ADDRESS: '2',
      TRUST_PROXY: '127.0.0.1/32',
    })
    const lock = await days.sql.reserve()
    onTestFinished(async () => {
      await lock`rollback`
      lock.release()
      await own.stop()
    })
    await lock`begin`
    await lock`lock table clicks in access exclusive mode`
    const leaving = new AbortController()
    const from = (address: string, signal?: AbortSignal) =>
      fetch(`${own.url}/ads/exports/clicks/${large}.csv`, {
        headers: { ...days.reader, 'x-forwarded-for': address },
        ...(signal && { signal }),
      })
    const held = [
      await from('192.0.2.1', leaving.signal),
      await from('192.0.2.1', leaving.signal),
      await from('192.0.2.2'),
    ]
    expect(held.map(({ status }) => status)).toEqual([200, 200, 200])
    const [third, other] = [await from('192.0.2.1'), await from('192.0.2.3')]
    expect([third.status, other.status]).toEqual([429, 503])
    expect(third.headers.get('retry-after')).toBe('5')
    const running = async () =>
      (
        await days.sql`select from pg_stat_activity where usename = 'ads_api' and state = 'active' and query ~ 'export_page'`
      ).length
    await expect.poll(running).toBe(3)
    leaving.abort()
    await expect.poll(running).toBe(1)
    expect((await from('192.0.2.1', AbortSignal.timeout(5000))).status).toBe(200)
    expect(await (await fetch(`${own.url}/metrics`)).text()).toMatch(
      /^ads_exports_ended_total\{format="csv",reason="client"\} 2$/m,
    )
  })

  it('are not among the times of answers, unlike what is refused', async () => {
    await (await get(`clicks/${settled}.csv`)).text()
    await (await get(`clicks/${settled}.xlsx`)).text()
    const metrics = await (await fetch(`${app.url}/metrics`)).text()
    expect(metrics).toMatch(/^http_request_duration_seconds_count\{[^}]*exports[^}]*status="400"\}/m)
    expect(metrics).not.toMatch(/exports[^}]*status="200"/)
    expect(metrics).toMatch(/^ads_exports_ended_total\{format="csv",reason="complete"\} \d+$/m)
  })

  it('do not hold up the end of the process', async () => {
    const own = await startApp('ads-api', env())
    const lock = await days.sql.reserve()
    await lock`begin`
    await lock`lock table clicks in access exclusive mode`
    const response = await get(`clicks/${large}.csv`, {}, own.url)
    const broken = response.text().catch(() => 'broken off')
    expect(await own.stop()).toBe(0)
    expect(await broken).toBe('broken off')
    await lock`rollback`
    lock.release()
  })
})

async function duckdb(response: Response, query: (file: string) => string): Promise<Record<string, unknown>[]> {
  const folder = await mkdtemp(join(tmpdir(), 'export-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const file = join(folder, 'day.parquet')
  await writeFile(file, Buffer.from(await response.arrayBuffer()))
  const connection = await (await DuckDBInstance.create()).connect()
  try {
    const reader = await connection.runAndReadAll(query(file))
    return reader
      .getRowObjectsJS()
      .map((row) =>
        Object.fromEntries(
          Object.entries(row).map(([name, value]) => [name, value instanceof Date ? value.toISOString() : value]),
        ),
      )
  } finally {
    connection.closeSync()
  }
}
