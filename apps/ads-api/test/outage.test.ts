import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { startApp, testDatabase } from '@ads-tracker/local-servers'
import { flakyProxy } from './flaky-proxy.ts'

let db: Awaited<ReturnType<typeof testDatabase>>
let network: Awaited<ReturnType<typeof flakyProxy>>
let app: Awaited<ReturnType<typeof startApp>>

beforeAll(async () => {
  db = await testDatabase()
  network = await flakyProxy(db.adsApiUrl)
  app = await startApp('ads-api', {
    DATABASE_URL: network.url,
    QUERY_TIMEOUT_MS: '500',
    LOG_LEVEL: 'warn',
    RATE_LIMIT_MAX: '0',
  })
})
afterAll(async () => {
  await app?.stop()
  network?.close()
  await db?.drop()
})
afterEach(async () => {
  network.set('up')
  await expect.poll(() => status('/readyz'), { timeout: 10_000 }).toBe(200)
})

const routes = [
  '/ads',
  '/ads/1',
  '/ads/analytics',
  '/ads/analytics?minutes=5',
  '/ads/events/0197e2a4-5c80-7c3e-9d2a-3f1b5c7d9e0f',
]

describe.each(['down', 'silent'] as const)('while PostgreSQL is %s', (mode) => {
  it('every route answers 503 with Retry-After within 3 s, and the process stays alive', async () => {
    network.set(mode)
    for (const route of routes) {
      const start = performance.now()
      const response = await fetch(app.url + route)
      expect([route, response.status, response.headers.get('retry-after')]).toEqual([route, 503, '1'])
      expect(await response.json()).toMatchObject({ code: 'unavailable', status: 503 })
      expect(performance.now() - start).toBeLessThan(3000)
    }
    expect(await status('/livez')).toBe(200)
    const ready = await fetch(`${app.url}/readyz`)
    expect([ready.status, await ready.json()]).toMatchObject([
      503,
      { status: 'not_ready', dependencies: { schema: 'unknown' } },
    ])
    expect(await status('/metrics')).toBe(200)
  })

  it('it recovers by itself within seconds', async () => {
    network.set(mode)
    await Promise.all(Array.from({ length: 50 }, () => status('/ads')))
    network.set('up')
    const start = performance.now()
    await expect.poll(() => status('/ads'), { timeout: 10_000, interval: 20 }).toBe(200)
    expect(performance.now() - start).toBeLessThan(3000)
    for (const route of routes) expect(await status(route)).not.toBe(503)
  })
})

it('comes back each time when all connections are cut again and again', async () => {
  for (let round = 0; round < 5; round++) {
    network.set('down')
    network.set('up')
    await expect.poll(() => status('/ads/analytics'), { timeout: 5000, interval: 10 }).toBe(200)
  }
})

async function status(path: string): Promise<number> {
  const response = await fetch(app.url + path)
  await response.body?.cancel()
  return response.status
}
