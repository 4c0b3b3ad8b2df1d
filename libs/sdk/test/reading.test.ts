import { describe, expect, it } from 'vitest'
import { AdsTrackerError, isAdsTrackerError } from '../src/index.ts'
import { fakeApi, json, lost, problem } from './fake-api.ts'

const ad = (id: number) => ({
  id,
  name: null,
  campaign: null,
  advertiser: null,
  image_url: 'https://a.example/1.jpg',
  target_url: 'https://a.example/',
  created_at: '2026-01-01T00:00:00.000Z',
  updated_at: '2026-01-01T00:00:00.000Z',
})

describe('the ads', () => {
  const pages = ({ path }: { path: string }) => {
    const after = Number(new URL(path, 'http://x').searchParams.get('cursor') ?? 0)
    const next = after + 2 < 5 ? { link: `</ads?limit=2&cursor=${after + 2}>; rel="next"` } : {}
    return json(
      [1, 2].map((step) => ad(after + step)).filter(({ id }) => id <= 5),
      200,
      next as Record<string, string>,
    )
  }

  it('come one after the other, over all pages', async () => {
    const { client, seen } = fakeApi(pages)
    const ids: number[] = []
    for await (const { id } of client.listAds({ limit: 2 })) ids.push(id)
    expect(ids).toEqual([1, 2, 3, 4, 5])
    expect(seen.map(({ path }) => path)).toEqual(['/ads?limit=2', '/ads?limit=2&cursor=2', '/ads?limit=2&cursor=4'])
  })

  it('come page by page, and a page is asked for when it is needed', async () => {
    const { client, seen } = fakeApi(pages)
    for await (const page of client.listAds({ limit: 2 }).pages()) {
      expect(page).toHaveLength(2)
      break
    }
    expect(seen).toHaveLength(1)
  })

  it('are managed with a key', async () => {
    const { client, seen } = fakeApi(
      ({ method }) =>
        method === 'DELETE' ? new Response(null, { status: 204 }) : json(ad(7), method === 'POST' ? 201 : 200),
      { apiKey: 'adk_1' },
    )
    const urls = { image_url: 'https://a.example/1.jpg', target_url: 'https://a.example/' }
    expect((await client.createAd(urls)).id).toBe(7)
    expect((await client.updateAd(7, { name: 'Summer' })).id).toBe(7)
    expect((await client.getAd(7)).id).toBe(7)
    expect(await client.archiveAd(7)).toBeUndefined()
    expect(seen.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'POST /ads',
      'PATCH /ads/7',
      'GET /ads/7',
      'DELETE /ads/7',
    ])
    expect(seen.every(({ headers }) => headers.get('authorization') === 'Bearer adk_1')).toBe(true)
  })

  it('are not made twice: a lost answer to createAd is an error, a full queue is not', async () => {
    const urls = { image_url: 'https://a.example/1.jpg', target_url: 'https://a.example/' }
    const broken = fakeApi(lost)
    await expect(broken.client.createAd(urls)).rejects.toMatchObject({ code: 'connection_lost' })
    expect(broken.seen).toHaveLength(1)
    const full = fakeApi((_seen, attempt) =>
      attempt === 1 ? problem(503, 'overloaded', { 'retry-after': '0' }) : json(ad(7), 201),
    )
    expect((await full.client.createAd(urls)).id).toBe(7)
  })
})

describe('analytics', () => {
  it('come with their freshness', async () => {
    const { client, seen } = fakeApi(() =>
      json([{ ad_id: 1, clicks: 2, impressions: 4, ctr: 0.5 }], 200, {
        'x-as-of': '2026-01-01T00:00:10.000Z',
        'x-window-start': '2025-12-31T23:00:10.000Z',
        'x-complete-through': '2026-01-01T00:00:09.500Z',
        'x-ingest-lag-ms': '500',
      }),
    )
    expect(await client.getAnalytics({ minutes: 60, ad_id: 1 })).toEqual({
      rows: [{ ad_id: 1, clicks: 2, impressions: 4, ctr: 0.5 }],
      asOf: new Date('2026-01-01T00:00:10Z'),
      windowStart: new Date('2025-12-31T23:00:10Z'),
      completeThrough: new Date('2026-01-01T00:00:09.500Z'),
      ingestLagMs: 500,
    })
    expect(seen[0]?.path).toBe('/ads/analytics?minutes=60&ad_id=1')
  })

  it('say nothing of what is not known', async () => {
    const { client } = fakeApi(() => json([], 200, { 'x-as-of': '2026-01-01T00:00:10.000Z' }))
    expect(await client.getAnalytics()).toEqual({ rows: [], asOf: expect.any(Date) })
  })
})

describe('a period', () => {
  const from = new Date('2026-10-24T22:00:00Z')

  it('is asked for by Dates, of several ads, with fields of theirs', async () => {
    const { client, seen } = fakeApi(() => json([], 200, { 'x-window-end': '2026-10-25T23:00:00.000Z' }))
    const query = { from, to: '2026-10-26T00:00:00+01:00', ad_id: [1, 2], campaign: 'Summer', fields: 'name' }
    expect((await client.getAnalytics(query)).windowEnd).toEqual(new Date('2026-10-25T23:00:00Z'))
    expect(new URL(seen[0]!.path, 'http://x').searchParams.toString()).toBe(
      'from=2026-10-24T22%3A00%3A00.000Z&to=2026-10-26T00%3A00%3A00%2B01%3A00&ad_id=1&ad_id=2&campaign=Summer&fields=name',
    )
  })

  it('comes in buckets', async () => {
    const bucket = { start: '2026-10-25T00:00:00+02:00', clicks: 1, impressions: 2, ctr: 0.5, previous: null }
    const { client, seen } = fakeApi(() => json([bucket]))
    const query = { from, interval: 'hour', time_zone: 'Europe/Berlin', compare: 'previous' } as const
    expect((await client.getSeries(query)).buckets).toEqual([bucket])
    expect(seen[0]?.path).toMatch(
      /^\/ads\/analytics\/series\?from=.+&interval=hour&time_zone=Europe%2FBerlin&compare=previous$/,
    )
  })

  it('comes as a file', async () => {
    const file = 'start,clicks\r\n'
    const { client, seen } = fakeApi(() => new Response(file, { headers: { 'content-type': 'text/csv' } }))
    expect(await client.getSeriesCsv({ from, interval: 'day' })).toBe(file)
    expect(await client.getAnalyticsCsv({ minutes: 60 })).toBe(file)
    expect(seen.map(({ path }) => new URL(path, 'http://x').searchParams.get('format'))).toEqual(['csv', 'csv'])
  })

  it('that is misspelt is refused before anything is sent', async () => {
    const { client, seen } = fakeApi(() => json([]))
    const query = { from: 'yesterday', interval: 'hour' } as const
    await expect(client.getSeries(query)).rejects.toMatchObject({ errors: [{ field: 'from' }] })
    expect(seen).toHaveLength(0)
  })
})

describe('errors', () => {
  it('of a receipt that is not there say up to when everything is known', async () => {
    const { client } = fakeApi(() =>
      problem(404, 'not_found', { 'x-complete-through': '2026-01-01T00:00:00.000Z' }, { detail: 'not known' }),
    )
    const error: unknown = await client.getReceipt('0198a1b2-c3d4-7e5f-8a6b-7c8d9e0f1a2b').catch((one: unknown) => one)
    expect(isAdsTrackerError(error, 'not_found')).toBe(true)
    expect(isAdsTrackerError(error, 'forbidden')).toBe(false)
    expect(error).toMatchObject({
      message: 'not known',
      completeThrough: new Date('2026-01-01T00:00:00Z'),
      problem: { code: 'not_found' },
    })
  })

  it('of an answer that is none of ours have a code too', async () => {
    const page = fakeApi(() => new Response('<html>', { status: 403 }))
    await expect(page.client.getAd(1)).rejects.toMatchObject({ code: 'invalid_answer', status: 403 })
    const text = fakeApi(() => new Response('<html>', { status: 200 }))
    await expect(text.client.getAd(1)).rejects.toMatchObject({ code: 'invalid_answer' })
    expect(new AdsTrackerError('timeout', 'x')).toBeInstanceOf(Error)
  })

  it.each<[string, (client: ReturnType<typeof fakeApi>['client']) => Promise<unknown>, string]>([
    ['an ad id of 0', (client) => client.getAd(0), 'id'],
    ['an ad id with a fraction', (client) => client.updateAd(1.5, {}), 'id'],
    ['a window that is too long', (client) => client.getAnalytics({ minutes: 525_601 }), 'minutes'],
    ['a receipt of no UUID', (client) => client.getReceipt('x'), 'event_id'],
    [
      'a target that is no web address',
      (client) => client.createAd({ image_url: 'https://a.example', target_url: 'javascript:alert(1)' }),
      'target_url',
    ],
    ['a name that is too long', (client) => client.updateAd(1, { name: 'x'.repeat(201) }), 'name'],
    ['a click without an ad', (client) => client.recordClick({} as never), 'ad_id'],
    ['a click of no object', (client) => client.recordClick(null as never), 'body'],
    ['a negative time', (client) => client.recordClick({ ad_id: 1, playback_time: -1 }), 'playback_time'],
    ['no number', (client) => client.recordClick({ ad_id: 1, playback_time: NaN }), 'playback_time'],
    ['a date that is none', (client) => client.recordClick({ ad_id: 1, timestamp: new Date('x') }), 'timestamp'],
    ['an address that is none', (client) => client.recordClick({ ad_id: 1, ip: '1.2.3' }), 'ip'],
  ])('name %s before anything is sent', async (_name, call, field) => {
    const { client, seen } = fakeApi(() => json({}))
    await expect(call(client)).rejects.toMatchObject({ code: 'invalid_request', status: 400, errors: [{ field }] })
    expect(seen).toHaveLength(0)
  })
})
