// eslint-disable-next-line no-restricted-imports -- plays the writer, which ads-api itself must not be able to
import postgres from 'postgres'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createApiKey, createDatabase, revokeApiKey } from '@ads-tracker/data'
import { startApp, testDatabase } from '@ads-tracker/local-servers'

let db: Awaited<ReturnType<typeof testDatabase>>
let app: Awaited<ReturnType<typeof startApp>>
let sql: postgres.Sql

beforeAll(async () => {
  db = await testDatabase()
  sql = postgres(db.url, { max: 1, onnotice: () => {} })
  await sql`insert into ads (image_url, target_url) select 'https://cdn.test/' || n, 'https://shop.test' from generate_series(1, 3) n`
  await sql`insert into ledger (topic, partition, complete_through) values ('t', 0, now())`
  app = await startApp('ads-api', { DATABASE_URL: db.adsApiUrl, LOG_LEVEL: 'warn', RATE_LIMIT_MAX: '0' })
})
afterAll(async () => {
  await app?.stop()
  await sql?.end()
  await db?.drop()
})

interface Row {
  ad_id: number
  clicks: number
}
const get = (path: string, init?: RequestInit) => fetch(app.url + path, init)
const json = async <T>(path: string) => (await (await get(path)).json()) as T
const clicksOf = async (ad: number, query = '') =>
  (await json<Row[]>(`/ads/analytics${query}`)).find(({ ad_id }) => ad_id === ad)?.clicks
const failures = async (kind: string) => {
  const metrics = await (await get('/metrics')).text()
  return Number(new RegExp(`^ads_database_errors_total\\{kind="${kind}"\\} (\\S+)$`, 'm').exec(metrics)?.[1])
}

describe('analytics', () => {
  it('show a commit to requests 25 ms later, at all times', async () => {
    let reading = true
    const readers = Promise.all(
      Array.from({ length: 4 }, async () => {
        while (reading) await get('/ads/analytics')
      }),
    )
    for (let clicks = 1; clicks <= 40; clicks++) {
      await count(1, clicks)
      await new Promise((resolve) => setTimeout(resolve, 25))
      expect(await clicksOf(1)).toBe(clicks)
    }
    reading = false
    await readers
  })

  it('show a commit at once to the first who asks after a pause', async () => {
    for (const clicks of [101, 102, 103]) {
      await count(2, clicks)
      await new Promise((resolve) => setTimeout(resolve, 150))
      expect(await clicksOf(2)).toBe(clicks)
    }
  })

  it('have a window that ends where X-As-Of says', async () => {
    const at = new Date(Date.now() - 30_000)
    await sql`insert into clicks (event_id, ad_id, occurred_at, received_at) values (uuidv7(), 3, ${at}, ${at})`
    for (const [table, unit] of [
      ['ad_minute_stats', 'minute'],
      ['ad_hour_stats', 'hour'],
      ['ad_day_stats', 'day'],
    ] as const) {
      await sql`insert into ${sql(table)} values (3, date_trunc(${unit}, ${at}::timestamptz, 'UTC'), 0, 1, 0)`
    }
    // a window may be read as all time less what precedes: right after midnight it is
    await count(3, 1)
    const response = await get('/ads/analytics?minutes=1')
    expect(((await response.json()) as Row[]).find(({ ad_id }) => ad_id === 3)).toEqual({
      ad_id: 3,
      clicks: 1,
      ctr: 0,
      impressions: 0,
    })
    const [asOf, start] = ['x-as-of', 'x-window-start'].map((name) => Date.parse(response.headers.get(name)!))
    expect(asOf! - start!).toBe(60_000)
    expect(Math.abs(Date.now() - asOf!)).toBeLessThan(1000)
  })

  it('lag more and more behind a writer that stands still, and say so in the metrics too', async () => {
    await sql`update ledger set complete_through = now() - interval '5 seconds'`
    await expect
      .poll(async () => Number((await get('/ads/analytics')).headers.get('x-ingest-lag-ms')))
      .toBeGreaterThanOrEqual(5000)
    const metrics = await (await get('/metrics')).text()
    expect(Number(/^ads_complete_through_lag_seconds (\S+)$/m.exec(metrics)?.[1])).toBeGreaterThanOrEqual(5)
    expect(metrics).toMatch(/^ads_analytics_answers_total\{source="prepared"\} \d+$/m)
    expect(metrics).toMatch(/^ads_analytics_refreshes_total\{kind="all_time",result="confirmed"\} \d+$/m)
    expect(metrics).toMatch(
      /^http_request_duration_seconds_count\{method="GET",route="\/ads\/analytics",status="200"\} \d+$/m,
    )
  })

  it('stay in bounds when a thousand windows are asked for at once', async () => {
    const statuses = await Promise.all(
      Array.from({ length: 1000 }, async (_, n) => (await get(`/ads/analytics?minutes=${n + 1}`)).status),
    )
    expect(statuses.filter((status) => status !== 200 && status !== 503)).toEqual([])
    expect((await get('/ads/analytics?minutes=1')).status).toBe(200)
  })
})

describe('the catalogue', () => {
  it('takes an ad from its making to its archive, and analytics follow', async () => {
    const owner = createDatabase({ url: db.url, max: 1 })
    const { id: keyId, key } = await createApiKey(owner, { name: 'test', scopes: ['ads:write'] })
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' }
    const body = JSON.stringify({ id: 4711, image_url: 'https://cdn.test/1.jpg', target_url: 'https://shop.test/' })

    const made = await get('/ads', { method: 'POST', headers, body })
    expect([made.status, made.headers.get('location')]).toEqual([201, '/ads/4711'])
    expect((await get('/ads', { method: 'POST', headers, body })).status).toBe(409)
    await expect.poll(() => clicksOf(4711)).toBe(0)
    const changed = await get('/ads/4711', { method: 'PATCH', headers, body: JSON.stringify({ name: 'Summer' }) })
    expect(await changed.json()).toMatchObject({ id: 4711, name: 'Summer' })
    expect(
      (await get('/ads/4711', { method: 'DELETE', headers: { authorization: headers.authorization } })).status,
    ).toBe(204)
    expect((await get('/ads/4711')).status).toBe(404)
    await expect.poll(() => clicksOf(4711)).toBeUndefined()

    await revokeApiKey(owner, keyId)
    expect((await get('/ads', { method: 'POST', headers, body })).status).toBe(401)
    await owner.close()
  })
})

describe('reports', () => {
  it('add up to the period, bucket by bucket, for the ads of a campaign', async () => {
    const [from, to] = ['2026-03-04T00:00:00.000Z', '2026-03-06T00:00:00.000Z']
    await sql`update ads set campaign = 'Spring' where id in (1, 2)`
    for (const [ad, hour] of [
      [1, 5],
      [2, 30],
      [3, 5],
    ] as const) {
      const at = new Date(Date.parse(from) + hour * 3_600_000)
      await sql`insert into ad_hour_stats values (${ad}, ${at}, 7, ${hour}, 60)`
      await sql`insert into ad_day_stats values (${ad}, date_trunc('day', ${at}::timestamptz, 'UTC'), 7, ${hour}, 60)`
    }
    const period = `from=${from}&to=${to}&campaign=Spring`
    const rows = await json<Row[]>(`/ads/analytics?${period}`)
    expect(rows.map(({ ad_id, clicks }) => [ad_id, clicks])).toEqual([
      [1, 5],
      [2, 30],
    ])
    for (const [interval, count] of [
      ['hour', 48],
      ['day', 2],
      ['week', 1],
    ] as const) {
      const buckets = await json<Row[]>(`/ads/analytics/series?interval=${interval}&${period}`)
      expect([buckets.length, buckets.reduce((sum, { clicks }) => sum + clicks, 0)]).toEqual([count, 35])
    }
    const byAd = await json<Row[]>(`/ads/analytics/series?interval=day&${period}&by=ad`)
    expect(byAd.map(({ ad_id, clicks }) => [ad_id, clicks])).toEqual([
      [1, 5],
      [1, 0],
      [2, 0],
      [2, 30],
    ])
    expect((await get(`/ads/analytics/series?interval=day&${period}&time_zone=CET`)).status).toBe(400)
  })

  it('follow a label that was changed', async () => {
    await sql`update ads set campaign = 'Autumn' where id = 3`
    await expect
      .poll(async () => (await json<Row[]>('/ads/analytics?campaign=Autumn')).map(({ ad_id }) => ad_id))
      .toEqual([3])
    expect((await json<{ id: number }[]>('/ads?campaign=Autumn')).map(({ id }) => id)).toEqual([3])
  })
})

describe('a database that is older than the app', () => {
  it('leaves it waiting, not ready, until it is migrated', async () => {
    const [{ version }] = await sql<
      [{ version: number }]
    >`delete from schema_migrations where version = (select max(version) from schema_migrations) returning *`
    await sql`update schema_migrations set version = 0 - version where version > 7`
    const ready = await get('/readyz')
    expect([ready.status, await ready.json()]).toMatchObject([
      503,
      { dependencies: { postgres: 'up', schema: expect.stringMatching(/older than \d+: run the migrate job/) } },
    ])
    expect((await get('/livez')).status).toBe(200)
    await sql`update schema_migrations set version = 0 - version where version < 0`
    await sql`insert into schema_migrations (version, name, sha256) values (${version}, 'restored', '')`
    expect((await get('/readyz')).status).toBe(200)
  })
})

describe('a statement that the database refuses', () => {
  it.each([
    ['a column of another name', 'alter table ads rename column name to title', 'alter table ads rename title to name'],
    ['a missing right', 'revoke select on ads from ads_api', 'grant select on ads to ads_api'],
  ])('is answered with 500 and counted as a mistake, not as an outage: %s', async (_what, change, back) => {
    const before = { unavailable: await failures('unavailable'), mistake: await failures('mistake') }
    await sql.unsafe(change)
    const response = await get('/ads')
    expect([response.status, response.headers.get('retry-after'), await response.json()]).toMatchObject([
      500,
      null,
      { code: 'internal_error' },
    ])
    expect(await failures('mistake')).toBeGreaterThan(before.mistake)
    expect(await failures('unavailable')).toBe(before.unavailable)
    await sql.unsafe(back)
    expect((await get('/ads')).status).toBe(200)
  })
})

describe('a period that needs minutes which are no longer kept', () => {
  const since = '2026-03-10T00:00:00Z'
  beforeAll(() => sql`update retention set minutes_removed_before = ${since}`.execute())
  afterAll(() => sql`update retention set minutes_removed_before = null`.execute())

  it.each([
    ['?from=2026-03-01T12:30:00Z', 400, 'use such times for from and to'],
    ['?from=2026-03-01T12:00:00Z', 200, ''],
    ['/series?interval=minute&from=2026-03-09T12:00:00Z&to=2026-03-09T13:00:00Z', 400, 'an hour or longer'],
    ['/series?interval=hour&from=2026-03-09T12:00:00Z&to=2026-03-09T13:00:00Z', 200, ''],
    [
      '/series?interval=day&compare=previous&time_zone=Asia/Kolkata&from=2026-03-10T18:30:00Z&to=2026-03-12T18:30:00Z',
      400,
      'omit compare',
    ],
  ])('is refused with what can be asked instead: %s', async (query, status, remedy) => {
    const before = await failures('mistake')
    const response = await get(`/ads/analytics${query}`)
    expect(response.status).toBe(status)
    const body = (await response.json()) as { errors: { field: string; message: string }[] }
    if (status === 400) {
      expect(body.errors).toEqual([{ field: 'from', message: expect.stringContaining(since) }])
      expect(body.errors[0]?.message).toContain(remedy)
    }
    expect(await failures('mistake')).toBe(before)
  })
})

it('stops cleanly and quickly on SIGTERM, although a client keeps its connection', async () => {
  const own = await startApp('ads-api', { DATABASE_URL: db.adsApiUrl, LOG_LEVEL: 'warn', RATE_LIMIT_MAX: '0' })
  await (await fetch(`${own.url}/ads/analytics`)).json()
  const start = performance.now()
  expect(await own.stop()).toBe(0)
  expect(performance.now() - start).toBeLessThan(10_000)
})

// One commit of the writer, as far as analytics can see it.
async function count(ad: number, clicks: number) {
  await sql.begin((tx) => [
    tx`insert into ad_totals values (${ad}, 0, ${clicks}, 0) on conflict (ad_id, shard) do update set clicks = excluded.clicks`,
    tx`update ledger set next_offset = next_offset + 1, counted = counted + 1`,
  ])
}
