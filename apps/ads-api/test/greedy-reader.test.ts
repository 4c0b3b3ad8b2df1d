// eslint-disable-next-line no-restricted-imports -- holds locks that make questions slow
import postgres from 'postgres'
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startApp, testDatabase } from '@ads-tracker/local-servers'
import { fakeApp } from './fake-app.ts'
import { fakeReports } from './fake-reports.ts'

describe('one address', () => {
  it('may ask for few windows that nobody reads, and the windows that others read stay', async () => {
    const app = await fakeApp({}, { RATE_LIMIT_MAX: '100' })
    const get = (minutes: number, remoteAddress: string) =>
      app.inject({ url: `/ads/analytics?minutes=${minutes}`, remoteAddress })
    expect((await get(60, '192.0.2.1')).statusCode).toBe(200)
    const greedy = []
    for (let minutes = 1; minutes <= 10; minutes += 1) greedy.push((await get(minutes, '192.0.2.66')).statusCode)
    expect(greedy.filter((status) => status === 200)).toHaveLength(5)
    expect(greedy.filter((status) => status === 429)).toHaveLength(5)
    const popular = []
    for (let reads = 0; reads < 50; reads += 1) popular.push((await get(60, '192.0.2.2')).statusCode)
    expect(popular.every((status) => status === 200)).toBe(true)
  })

  it.each([
    ['periods', (n: number) => `/ads/analytics?from=2026-01-0${n}T00:00:00Z&to=2026-02-01T00:00:00Z`],
    [
      'series',
      (n: number) => `/ads/analytics/series?interval=day&from=2026-01-0${n}T00:00:00Z&to=2026-02-01T00:00:00Z`,
    ],
  ])('may ask for few %s that nobody reads, and those that others read stay', async (_what, urlOf) => {
    const app = await fakeApp(fakeReports(), { RATE_LIMIT_MAX: '100' })
    const get = async (n: number, remoteAddress: string) =>
      (await app.inject({ url: urlOf(n), remoteAddress })).statusCode
    expect(await get(9, '192.0.2.1')).toBe(200)
    const greedy = []
    for (let n = 1; n <= 8; n += 1) greedy.push(await get(n, '192.0.2.66'))
    expect(greedy).toEqual([200, 200, 200, 200, 200, 429, 429, 429])
    const popular = []
    for (let reads = 0; reads < 50; reads += 1) popular.push(await get(9, '192.0.2.2'))
    expect(popular.every((status) => status === 200)).toBe(true)
  })

  it('may try few keys that do not exist', async () => {
    let asked = 0
    const app = await fakeApp({ findKey: async () => void (asked += 1) }, { RATE_LIMIT_MAX: '100' })
    const statuses = []
    for (let tries = 0; tries < 30; tries += 1) {
      const headers = { authorization: `Bearer ${randomUUID()}` }
      statuses.push((await app.inject({ method: 'DELETE', url: '/ads/1', headers })).statusCode)
    }
    expect(statuses.filter((status) => status === 401)).toHaveLength(5)
    expect(statuses.filter((status) => status === 429)).toHaveLength(25)
    expect(asked).toBe(5)
  })
})

describe('on a real database', () => {
  let db: Awaited<ReturnType<typeof testDatabase>>
  let app: Awaited<ReturnType<typeof startApp>>
  let sql: postgres.Sql

  beforeAll(async () => {
    db = await testDatabase()
    sql = postgres(db.url, { max: 1, onnotice: () => {} })
    await sql`insert into ads (image_url, target_url) values ('https://cdn.test/1', 'https://shop.test')`
    await sql`insert into ledger (topic, partition, complete_through) values ('t', 0, now())`
    app = await startApp('ads-api', {
      DATABASE_URL: db.adsApiUrl,
      DATABASE_POOL_SIZE: '5',
      QUERY_TIMEOUT_MS: '6000',
      RATE_LIMIT_MAX: '0',
      LOG_LEVEL: 'error',
    })
  })
  afterAll(async () => {
    await app?.stop()
    await sql?.end()
    await db?.drop()
  })

  it.each([
    ['keys', 'api_keys', () => fetch(`${app.url}/ads/1`, { method: 'DELETE', headers: { authorization: 'Bearer x' } })],
    ['receipts', 'clicks', () => fetch(`${app.url}/ads/events/${randomUUID()}`)],
    ['reports', 'ad_day_stats', (n: number) => fetch(`${app.url}/ads/analytics?from=2026-01-01T00:${10 + n}:00Z`)],
    ['windows', 'clicks', (n: number) => fetch(`${app.url}/ads/analytics?minutes=${n + 1}`)],
  ])('%s that hang leave the numbers of all time to others', async (_what, table, ask) => {
    const lock = await sql.reserve()
    try {
      await lock`begin`
      await lock.unsafe(`lock table ${table} in access exclusive mode`)
      const answered: number[] = []
      const hanging = Array.from({ length: 20 }, (_, n) => ask(n).then(({ status }) => answered.push(status)))
      for (let reads = 0; reads < 5; reads += 1) {
        expect((await fetch(`${app.url}/ads/analytics`)).status).toBe(200)
        await new Promise((resolve) => setTimeout(resolve, 150))
      }
      expect(answered).toEqual([])
      await lock`rollback`
      await Promise.all(hanging)
    } finally {
      await lock`rollback`.catch(() => {})
      lock.release()
    }
  })
})
