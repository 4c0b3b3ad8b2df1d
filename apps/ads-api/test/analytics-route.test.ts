import { gunzipSync } from 'node:zlib'
import { describe, expect, it, vi } from 'vitest'
import type { AnalyticsQuery } from '@ads-tracker/data'
import { problem } from '@ads-tracker/service-kit'
import { createAnswers } from '../src/answers.ts'
import { analytics, answersOf, fakeApp, noChanges } from './fake-app.ts'

const rows = [
  { ad_id: 1, clicks: 2000, impressions: 4000, ctr: 0.5 },
  { ad_id: 2, clicks: 0, impressions: 0, ctr: 0 },
]
const readAnalytics = vi.fn(async ({ minutes }: AnalyticsQuery) =>
  analytics({ rows, ...(minutes !== undefined && { windowStart: new Date(0) }) }),
)
const answers = createAnswers({ readAnalytics, readChanges: async () => noChanges(), maxAgeMs: 0 })
const app = await fakeApp({ answers })

describe('GET /ads/analytics', () => {
  it('is a bare array, with its freshness in headers', async () => {
    const response = await app.inject('/ads/analytics')
    expect(response.json()).toEqual(rows)
    expect(response.headers).toMatchObject({
      'content-type': 'application/json; charset=utf-8',
      'x-as-of': '2026-03-04T05:06:07.890Z',
      'x-complete-through': '2026-03-04T05:06:07.850Z',
      'x-ingest-lag-ms': '40',
      'cache-control': 'no-cache',
      vary: 'accept-encoding',
    })
    expect(response.headers['x-window-start']).toBeUndefined()
  })

  it('can be about the last minutes, or one ad', async () => {
    expect((await app.inject('/ads/analytics?minutes=60')).headers['x-window-start']).toBe('1970-01-01T00:00:00.000Z')
    expect(readAnalytics).toHaveBeenLastCalledWith({ minutes: 60 })
    expect((await app.inject('/ads/analytics?ad_id=2')).json()).toEqual([rows[1]])
    expect((await app.inject('/ads/analytics?ad_id=3')).json()).toEqual([])
  })

  it.each([
    ['minute=10', 'minute'],
    ['minutes[]=10', 'minutes[]'],
    ['from=yesterday', 'from'],
    ['minutes=1&minutes=2', 'minutes'],
    ['minutes=0', 'minutes'],
    ['minutes=abc', 'minutes'],
    ['minutes=1.5', 'minutes'],
    ['minutes=525601', 'minutes'],
    ['minutes=-1', 'minutes'],
    ['minutes=', 'minutes'],
    ['minutes=1e3', 'minutes'],
    ['minutes=+5', 'minutes'],
    ['minutes=5&minutes=6', 'minutes'],
    ['minutes=true', 'minutes'],
    ['ad_id=0', 'ad_id'],
    ['ad_id=2147483648', 'ad_id'],
  ])('answers 400 to %s and names the field', async (query, field) => {
    const response = await app.inject(`/ads/analytics?${query}`)
    expect(response.statusCode).toBe(400)
    expect(response.json()).toMatchObject({ code: 'invalid_request', errors: [{ field }] })
  })

  it('answers 304, with fresh marks, while the numbers are those of If-None-Match', async () => {
    const { headers } = await app.inject('/ads/analytics')
    const again = await app.inject({ url: '/ads/analytics', headers: { 'if-none-match': String(headers.etag) } })
    expect([again.statusCode, again.body]).toEqual([304, ''])
    expect(again.headers).not.toHaveProperty('content-length')
    expect(again.headers).toMatchObject({ etag: headers.etag, 'x-as-of': headers['x-as-of'] })
    expect((await app.inject({ url: '/ads/analytics', headers: { 'if-none-match': 'W/"other"' } })).statusCode).toBe(
      200,
    )
  })

  it('packs large answers for those who ask, and no others', async () => {
    const many = Array.from({ length: 1000 }, (_, n) => ({ ...rows[0]!, ad_id: n + 1 }))
    const large = await fakeApp({ answers: answersOf(analytics({ rows: many })) })
    const response = await large.inject({ url: '/ads/analytics', headers: { 'accept-encoding': 'gzip' } })
    expect(response.headers['content-encoding']).toBe('gzip')
    expect(JSON.parse(gunzipSync(response.rawPayload).toString())).toEqual(many)
    expect((await large.inject('/ads/analytics')).json()).toEqual(many)
    expect(
      (await app.inject({ url: '/ads/analytics', headers: { 'accept-encoding': 'gzip' } })).headers['content-encoding'],
    ).toBeUndefined()
  })

  it('answers HEAD like GET without the body', async () => {
    const response = await app.inject({ method: 'HEAD', url: '/ads/analytics' })
    expect([response.statusCode, response.body]).toEqual([200, ''])
    expect(response.headers['x-as-of']).toBeDefined()
  })

  it('answers 503 with Retry-After while the database is not available', async () => {
    const down = createAnswers({
      readAnalytics: () => Promise.reject(problem('unavailable')),
      readChanges: async () => noChanges(),
      maxAgeMs: 10,
    })
    const response = await (await fakeApp({ answers: down })).inject('/ads/analytics')
    expect(response.json()).toMatchObject({ status: 503, code: 'unavailable' })
    expect(response.headers['retry-after']).toBe('1')
  })
})

describe('with REQUIRE_ANALYTICS_KEY', async () => {
  const closed = await fakeApp({ answers }, { REQUIRE_ANALYTICS_KEY: 'true' })

  it('shows analytics to keys with analytics:read alone, and lets nobody share them', async () => {
    expect((await closed.inject('/ads/analytics')).statusCode).toBe(401)
    expect(
      (await closed.inject({ url: '/ads/analytics', headers: { authorization: 'Bearer writer' } })).statusCode,
    ).toBe(403)
    const response = await closed.inject({ url: '/ads/analytics', headers: { authorization: 'Bearer reader' } })
    expect([response.statusCode, response.headers['cache-control']]).toEqual([200, 'private, no-cache'])
  })
})
