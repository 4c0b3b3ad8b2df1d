import type { Bucket } from '@ads-tracker/data'
import { beforeEach, describe, expect, it } from 'vitest'
import { fakeApp } from './fake-app.ts'
import { fakeReports } from './fake-reports.ts'

const bucket = (start: string, offset: number, clicks = 0, impressions = 0): Bucket => ({
  start: new Date(start),
  offset,
  clicks,
  impressions,
  ctr: impressions === 0 ? 0 : clicks / impressions,
})
const night = [
  bucket('2026-10-25T00:00:00Z', 7200, 1, 4),
  bucket('2026-10-25T01:00:00Z', 3600),
  bucket('2026-10-25T01:30:00.250Z', -12600),
]
const fakes = fakeReports({ buckets: night })
const app = await fakeApp(fakes)
const query = 'interval=hour&from=2026-10-25T02:00:00%2B02:00&to=2026-10-25T03:00:00%2B01:00'
beforeEach(() => void fakes.readSeries.mockClear())

describe('GET /ads/analytics/series', () => {
  it('is a bare array of buckets with the offset of their moment, and with its freshness in headers', async () => {
    const response = await app.inject(`/ads/analytics/series?${query}&time_zone=Europe/Berlin`)
    expect(response.body).toBe(
      '[{"start":"2026-10-25T02:00:00+02:00","clicks":1,"impressions":4,"ctr":0.25},' +
        '{"start":"2026-10-25T02:00:00+01:00","clicks":0,"impressions":0,"ctr":0},' +
        '{"start":"2026-10-24T22:00:00.250-03:30","clicks":0,"impressions":0,"ctr":0}]',
    )
    expect(response.headers).toMatchObject({
      'content-type': 'application/json; charset=utf-8',
      'x-as-of': '2026-03-04T05:06:07.890Z',
      'x-window-start': '2026-10-25T00:00:00.000Z',
      'x-window-end': '2026-10-25T02:00:00.000Z',
      'x-complete-through': '2026-03-04T05:06:07.890Z',
      'x-ingest-lag-ms': '0',
      'cache-control': 'no-cache',
    })
    expect(fakes.readSeries).toHaveBeenCalledWith(
      expect.objectContaining({
        unit: 'hour',
        timeZone: 'Europe/Berlin',
        compare: false,
        byAd: false,
        adIds: undefined,
      }),
    )
  })

  it('asks for the ads that pass all filters', async () => {
    await app.inject(`/ads/analytics/series?${query}&campaign=Summer&advertiser=Shoes`)
    expect(fakes.readSeries).toHaveBeenLastCalledWith(expect.objectContaining({ adIds: [1] }))
    await app.inject(`/ads/analytics/series?${query}&ad_id=3&ad_id=2&ad_id=2`)
    expect(fakes.readSeries).toHaveBeenLastCalledWith(expect.objectContaining({ adIds: [2, 3] }))
    await app.inject(`/ads/analytics/series?${query}&campaign=None`)
    expect(fakes.readSeries).toHaveBeenLastCalledWith(expect.objectContaining({ adIds: [] }))
  })

  it('answers 304 while the numbers are those of If-None-Match', async () => {
    const { headers } = await app.inject(`/ads/analytics/series?${query}`)
    const again = { url: `/ads/analytics/series?${query}`, headers: { 'if-none-match': String(headers.etag) } }
    const response = await app.inject(again)
    expect([response.statusCode, response.body]).toEqual([304, ''])
  })

  it('comes as a file', async () => {
    const response = await app.inject(`/ads/analytics/series?${query}&format=csv`)
    expect(response.body).toBe(
      'start,clicks,impressions,ctr\r\n2026-10-25T02:00:00+02:00,1,4,0.25\r\n' +
        '2026-10-25T02:00:00+01:00,0,0,0\r\n2026-10-24T22:00:00.250-03:30,0,0,0\r\n',
    )
    expect(response.headers['content-disposition']).toBe('attachment; filename="analytics-by-hour-2026-10-25.csv"')
  })

  it('has a series for each ad', async () => {
    const byAd = fakeReports({ buckets: [1, 2].map((ad_id) => ({ ad_id, ...night[0]! })) })
    const url = `/ads/analytics/series?${query}&by=ad`
    const other = await fakeApp(byAd)
    expect((await other.inject(url)).json().map(({ ad_id }: { ad_id: number }) => ad_id)).toEqual([1, 2])
    expect((await other.inject(`${url}&format=csv`)).body).toMatch(/^ad_id,start,clicks,impressions,ctr\r\n1,2026/)
  })

  it.each([
    ['interval=hour', 'from', 'is required'],
    [query.replace('hour', 'hours'), 'interval', 'must be one of minute, hour, day, week, month'],
    [query.replace('interval=hour&', ''), 'interval', 'is required'],
    [query.replace('%2B02', '+02'), 'from', 'must be an RFC 3339 time with an offset'],
    ['interval=hour&from=2026-10-25', 'from', 'must be an RFC 3339 time with an offset'],
    ['interval=hour&from=2026-10-25T00:00:00', 'from', 'must be an RFC 3339 time with an offset'],
    ['interval=hour&from=2026-02-29T00:00:00Z', 'from', 'must be an RFC 3339 time with an offset'],
    ['interval=hour&from=1999-12-31T23:59:59Z', 'from', 'must be between 2000-01-01 and 2100-01-01'],
    ['interval=hour&from=2026-10-25T02:00:00Z&to=2026-10-25T02:00:00Z', 'from', 'must be before to'],
    ['interval=hour&from=2026-10-25T02:00:00Z&to=2026-10-25T01:00:00Z', 'from', 'must be before to'],
    ['interval=hour&from=2099-01-01T00:00:00Z', 'from', 'must be in the past when to is absent'],
    [`${query}&time_zone=Mars/Phobos`, 'time_zone', 'is no name of an IANA time zone'],
    [`${query}&time_zone=europe/berlin`, 'time_zone', 'is no name of an IANA time zone'],
    [`${query}&time_zone=`, 'time_zone', 'is no name of an IANA time zone'],
    [`${query}&compare=next`, 'compare', 'must be one of previous'],
    [`${query}&compare=previous&by=ad`, 'compare', 'cannot be given together with by'],
    [`${query}&by=campaign`, 'by', 'must be one of ad'],
    [`${query}&format=xml`, 'format', 'must be one of json, csv'],
    [`${query}&campaign=`, 'campaign', ''],
    [`${query}&campaign=%20Summer`, 'campaign', 'must be text without leading or trailing blanks'],
    [`${query}&ad_id=0`, 'ad_id', 'must be an integer from 1 to 2147483647, given at most 1000 times'],
    [`${query}&ad_id=1&ad_id=x`, 'ad_id', 'must be an integer from 1 to 2147483647, given at most 1000 times'],
    [`${query}&interval=day`, 'interval', 'must be given once'],
    [`${query}&time_zone=UTC&time_zone=UTC`, 'time_zone', 'must be given once'],
    [`${query}&minutes=10`, 'minutes', 'is not a parameter of this route'],
    [
      'interval=minute&from=2026-10-25T00:00:00Z&to=2026-10-27T00:00:00Z',
      'interval',
      'the limit is 2000: use a longer interval or a shorter period',
    ],
  ])('answers 400 to %s and names the field', async (wrong, field, message) => {
    const response = await app.inject(`/ads/analytics/series?${wrong}`)
    expect(response.statusCode).toBe(400)
    expect(response.json()).toMatchObject({
      code: 'invalid_request',
      errors: [{ field, message: expect.stringContaining(message) }],
    })
    expect(fakes.readSeries).not.toHaveBeenCalled()
  })

  it('takes a thousand ads and no more', async () => {
    const ask = (count: number) => app.inject(`/ads/analytics/series?${query}${'&ad_id=1'.repeat(count)}`)
    expect((await ask(1000)).statusCode).toBe(200)
    expect((await ask(1001)).json()).toMatchObject({ status: 400, errors: [{ field: 'ad_id' }] })
  })

  it('answers 400 when the database counts more buckets, or more rows, than there may be', async () => {
    const ask = async (found: object, more = '') =>
      (await (await fakeApp(fakeReports(found))).inject(`/ads/analytics/series?${query}${more}`)).json()
    expect(await ask({ bucketCount: 2001, rowCount: 2001 })).toMatchObject({
      errors: [{ field: 'interval', message: expect.stringContaining('gives 2001 buckets, the limit is 2000') }],
    })
    expect(await ask({ bucketCount: 1000, rowCount: 51_000 }, '&by=ad')).toMatchObject({
      errors: [{ field: 'by', message: expect.stringContaining('gives 51000 rows, the limit is 50000') }],
    })
  })
})

describe('compare=previous', () => {
  const hours = (day: number, starts: [hour: number, offset: number][]) =>
    starts.map(([hour, offset], n) =>
      bucket(new Date(Date.UTC(2026, 9, day, hour) - offset * 1000).toISOString(), offset, n + 1, 4),
    )

  async function previousOf(found: object, unit = 'hour') {
    const fakes = fakeReports(found)
    const url = `/ads/analytics/series?${query.replace('hour', unit)}&compare=previous`
    const response = await (await fakeApp(fakes)).inject(url)
    return (response.json() as { previous: { start: string } | null }[]).map(({ previous }) => previous?.start ?? null)
  }

  it('compares an hour with the one of the same name, and the second of two with none', async () => {
    const before = hours(24, [
      [1, 7200],
      [2, 7200],
      [3, 7200],
    ])
    const buckets = hours(25, [
      [1, 7200],
      [2, 7200],
      [2, 3600],
      [3, 3600],
    ])
    expect(await previousOf({ aligned: true, before, buckets })).toEqual([
      '2026-10-24T01:00:00+02:00',
      '2026-10-24T02:00:00+02:00',
      null,
      '2026-10-24T03:00:00+02:00',
    ])
  })

  it('compares days by their number, and has none for the days by which the period is longer', async () => {
    const before = [bucket('2026-02-27T00:00:00Z', 0), bucket('2026-02-28T00:00:00Z', 0)]
    const buckets = [29, 30, 31].map((day) => bucket(`2026-03-${day}T00:00:00Z`, 0))
    expect(await previousOf({ aligned: true, before, buckets }, 'day')).toEqual([
      '2026-02-27T00:00:00+00:00',
      '2026-02-28T00:00:00+00:00',
      null,
    ])
  })

  it('compares one after the other where the periods are no whole days', async () => {
    const before = hours(24, [
      [5, 0],
      [6, 0],
    ])
    const buckets = hours(25, [
      [1, 0],
      [2, 0],
    ])
    expect(await previousOf({ aligned: false, before, buckets })).toEqual([
      '2026-10-24T05:00:00+00:00',
      '2026-10-24T06:00:00+00:00',
    ])
  })

  it('adds the numbers of the period before to each line of a file, or leaves them empty', async () => {
    const found = {
      aligned: true,
      before: hours(24, [[2, 0]]),
      buckets: hours(25, [
        [2, 0],
        [3, 0],
      ]),
    }
    const response = await (
      await fakeApp(fakeReports(found))
    ).inject(`/ads/analytics/series?${query}&compare=previous&format=csv`)
    expect(response.body).toBe(
      'start,clicks,impressions,ctr,previous_start,previous_clicks,previous_impressions,previous_ctr\r\n' +
        '2026-10-25T02:00:00+00:00,1,4,0.25,2026-10-24T02:00:00+00:00,1,4,0.25\r\n' +
        '2026-10-25T03:00:00+00:00,2,4,0.5,,,,\r\n',
    )
  })
})
