import { gunzipSync } from 'node:zlib'
import { describe, expect, it, vi } from 'vitest'
import type { AnalyticsQuery } from '@ads-tracker/data'
import { problem } from '@ads-tracker/service-kit'
import { createSnapshotCache } from '../src/snapshot-cache.ts'
import { analytics, snapshotsOf, fakeApp, noChanges } from './fake-app.ts'
import { fakeReports } from './fake-reports.ts'

const rows = [
  { ad_id: 1, clicks: 2000, impressions: 4000, ctr: 0.5 },
  { ad_id: 2, clicks: 0, impressions: 0, ctr: 0 },
]
const readAnalytics = vi.fn(async ({ minutes }: AnalyticsQuery) =>
  analytics({ rows, ...(minutes !== undefined && { windowStart: new Date(0) }) }),
)
const snapshots = createSnapshotCache({ readAnalytics, readChanges: async () => noChanges(), maxAgeMs: 0 })
const app = await fakeApp({ snapshots })

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
      vary: 'accept, accept-encoding',
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
    const large = await fakeApp({ snapshots: snapshotsOf(analytics({ rows: many })) })
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
    const down = createSnapshotCache({
      readAnalytics: () => Promise.reject(problem('unavailable')),
      readChanges: async () => noChanges(),
      maxAgeMs: 10,
    })
    const response = await (await fakeApp({ snapshots: down })).inject('/ads/analytics')
    expect(response.json()).toMatchObject({ status: 503, code: 'unavailable' })
    expect(response.headers['retry-after']).toBe('1')
  })
})

describe('a period', async () => {
  const fakes = fakeReports()
  const periods = await fakeApp({ ...fakes, snapshots })
  const url = '/ads/analytics?from=2026-10-25T00:00:00%2B02:00&to=2026-10-26T00:00:00.001%2B01:00'

  it('is read to the millisecond, and says where it begins and ends', async () => {
    const response = await periods.inject(url)
    expect(response.body).toContain('{"ad_id":1,"clicks":1,"ctr":0.25,"impressions":4}')
    expect(response.headers).toMatchObject({
      'x-as-of': '2026-03-04T05:06:07.890Z',
      'x-window-start': '2026-10-24T22:00:00.000Z',
      'x-window-end': '2026-10-25T23:00:00.001Z',
    })
    const period = { from: new Date('2026-10-24T22:00:00Z'), to: new Date('2026-10-25T23:00:00.001Z') }
    expect(fakes.readPeriod).toHaveBeenLastCalledWith({ ...period, adIds: undefined })
  })

  it('is read for the ads that pass all filters', async () => {
    const response = await periods.inject(`${url}&campaign=Summer&ad_id=2&ad_id=3`)
    expect(response.json()).toEqual([{ ad_id: 2, clicks: 2, ctr: 0.5, impressions: 4 }])
    expect(fakes.readPeriod).toHaveBeenLastCalledWith(expect.objectContaining({ adIds: [2] }))
  })

  it.each([
    ['&minutes=10', 'minutes', 'cannot be given together with from and to'],
    ['&from=2026-10-25T00:00:00Z', 'from', 'must be given once'],
  ])('answers 400 with %s', async (more, field, message) => {
    const response = await periods.inject(url + more)
    expect(response.json()).toMatchObject({
      status: 400,
      errors: [{ field, message: expect.stringContaining(message) }],
    })
  })

  it('needs its start', async () => {
    expect((await periods.inject('/ads/analytics?to=2026-10-25T00:00:00Z')).json()).toMatchObject({
      errors: [{ field: 'from', message: 'is required when to is given' }],
    })
  })
})

describe('labels', async () => {
  const four = [1, 2, 3, 4].map((ad_id) => ({ ad_id, clicks: 1, impressions: 4, ctr: 0.25 }))
  const labelled = await fakeApp({ ...fakeReports(), snapshots: snapshotsOf(analytics({ rows: four })) })
  const idsOf = async (query: string) =>
    ((await labelled.inject(`/ads/analytics?${query}`)).json() as { ad_id: number }[]).map(({ ad_id }) => ad_id)

  it('narrow the answer to the ads that match exactly', async () => {
    expect(await idsOf('campaign=Summer')).toEqual([1, 2])
    expect(await idsOf('campaign=Summer&advertiser=Shoes')).toEqual([1])
    expect(await idsOf('campaign=Sum')).toEqual([])
    expect(await idsOf('campaign=Summer&ad_id=2&ad_id=3')).toEqual([2])
    expect(await idsOf('ad_id=4&ad_id=1&minutes=5')).toEqual([1, 4])
  })

  it('are added to the rows where they are asked for, null where an ad has none', async () => {
    const rows = (await labelled.inject('/ads/analytics?fields=campaign,advertiser')).json() as object[]
    expect(rows[1]).toEqual({ ...four[1], campaign: 'Summer', advertiser: 'Coffee, "best"' })
    expect(rows[3]).toEqual({ ...four[3], campaign: null, advertiser: null })
    expect((await labelled.inject('/ads/analytics')).json()).toEqual(four)
  })

  it.each(['fields=', 'fields=nam', 'fields=name,', 'fields=name,name', 'fields=id', 'fields=name&fields=campaign'])(
    'answers 400 to %s',
    async (query) => {
      const response = await labelled.inject(`/ads/analytics?${query}`)
      expect(response.json()).toMatchObject({ status: 400, errors: [{ field: 'fields' }] })
    },
  )
})

describe('a file', async () => {
  const two = [1, 2].map((ad_id) => ({ ad_id, clicks: 1, impressions: 4, ctr: 0.25 }))
  const filed = await fakeApp({ ...fakeReports(), snapshots: snapshotsOf(analytics({ rows: two })) })
  const url = '/ads/analytics?fields=name,advertiser'

  it.each([
    [`${url}&format=csv`, undefined],
    [`${url}&format=csv`, 'application/json'],
    [url, 'text/csv'],
    [url, 'application/json;q=0.5, text/csv'],
  ])('is what %s with Accept: %s answers, safe to open in a spreadsheet', async (url, accept) => {
    const response = await filed.inject({ url, headers: accept ? { accept } : {} })
    expect(response.body).toBe(
      'ad_id,name,advertiser,clicks,impressions,ctr\r\n' +
        `1,"'=HYPERLINK(""x"")",Shoes,1,4,0.25\r\n` +
        '2,,"Coffee, ""best""",1,4,0.25\r\n',
    )
    expect(response.headers).toMatchObject({
      'content-type': 'text/csv; charset=utf-8; header=present',
      'content-disposition': 'attachment; filename="analytics.csv"',
      'x-as-of': '2026-03-04T05:06:07.890Z',
    })
  })

  it.each([undefined, '*/*', '', 'application/json', 'text/html, */*;q=0.8', 'text/csv;q=0.5, application/json'])(
    'is not what Accept: %s answers',
    async (accept) => {
      const response = await filed.inject({ url: '/ads/analytics', headers: accept === undefined ? {} : { accept } })
      expect(response.headers['content-type']).toBe('application/json; charset=utf-8')
      expect(response.headers).not.toHaveProperty('content-disposition')
    },
  )

  it('has a tag of its own', async () => {
    const { headers } = await filed.inject(`${url}&format=csv`)
    const again = { 'if-none-match': String(headers.etag) }
    const same = await filed.inject({ url: `${url}&format=csv`, headers: again })
    expect([same.statusCode, same.body]).toEqual([304, ''])
    expect((await filed.inject({ url, headers: again })).statusCode).toBe(200)
  })

  it.each(['text/html', 'application/xml, text/csv;q=0', 'nonsense'])('answers 406 to Accept: %s', async (accept) => {
    const response = await filed.inject({ url: '/ads/analytics', headers: { accept } })
    expect(response.headers['content-type']).toBe('application/problem+json')
    expect(response.json()).toMatchObject({
      status: 406,
      code: 'not_acceptable',
      errors: [{ field: 'accept', message: expect.stringContaining('must allow application/json or text/csv') }],
    })
  })
})

describe('with REQUIRE_ANALYTICS_KEY', async () => {
  const closed = await fakeApp({ snapshots }, { REQUIRE_ANALYTICS_KEY: 'true' })

  it('shows analytics to keys with analytics:read alone, and lets nobody share them', async () => {
    expect((await closed.inject('/ads/analytics')).statusCode).toBe(401)
    expect(
      (await closed.inject({ url: '/ads/analytics', headers: { authorization: 'Bearer writer' } })).statusCode,
    ).toBe(403)
    const response = await closed.inject({ url: '/ads/analytics', headers: { authorization: 'Bearer reader' } })
    expect([response.statusCode, response.headers['cache-control']]).toEqual([200, 'private, no-cache'])
    expect((await closed.inject('/ads/analytics/series?interval=day&from=2026-10-25T00:00:00Z')).statusCode).toBe(401)
  })
})
