import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { expect, it } from 'vitest'
import { toSnapshot } from '../src/snapshot.ts'
import { acceptedEncoding, matchesEtag } from '../src/http-cache.ts'
import { compressed } from '../src/payload.ts'
import { viewOf } from '../src/views.ts'
import { analytics, time } from './fake-app.ts'

const rows = (count: number) =>
  Array.from({ length: count }, (_, n) => ({ ad_id: n + 1, clicks: n, impressions: 3 * n, ctr: n === 0 ? 0 : 1 / 3 }))

it('is a bare array of ads, as JSON would write it', () => {
  const { payload } = toSnapshot(analytics({ rows: rows(3) }))
  expect(JSON.parse(payload.body.toString())).toEqual(rows(3))
  expect(payload.body.toString()).toContain('{"ad_id":2,"clicks":1,"ctr":0.3333333333333333,"impressions":3}')
  expect(toSnapshot(analytics()).payload.body.toString()).toBe('[]')
})

it('has the same tag for the same numbers, and another for others', () => {
  const { etag } = toSnapshot(analytics({ rows: rows(3) })).payload
  expect(toSnapshot(analytics({ rows: rows(3), asOf: new Date() })).payload.etag).toBe(etag)
  expect(toSnapshot(analytics({ rows: rows(2) })).payload.etag).not.toBe(etag)
})

it('reuses the payload of the previous snapshot when the numbers stay', () => {
  const before = toSnapshot(analytics({ rows: rows(3) }))
  expect(toSnapshot(analytics({ rows: rows(3) }), before).payload).toBe(before.payload)
  expect(toSnapshot(analytics({ rows: rows(4) }), before).payload).not.toBe(before.payload)
})

it('says how fresh it is, and leaves out what is not known', () => {
  const windowStart = new Date('2026-03-04T05:05:07.890Z')
  expect(toSnapshot(analytics({ windowStart })).headers).toEqual({
    'x-as-of': '2026-03-04T05:06:07.890Z',
    'x-window-start': '2026-03-04T05:05:07.890Z',
    'x-complete-through': '2026-03-04T05:06:07.850Z',
    'x-ingest-lag-ms': '40',
    etag: expect.stringMatching(/^W\/".+"$/),
  })
  expect(Object.keys(toSnapshot(analytics({ completeThrough: null })).headers)).toEqual(['x-as-of', 'etag'])
  expect(toSnapshot(analytics({ completeThrough: new Date(time.getTime() + 5) })).headers['x-ingest-lag-ms']).toBe('0')
})

it('can be narrowed to some ads, once for all who ask while the numbers stay', () => {
  const whole = toSnapshot(analytics({ rows: rows(3) }))
  const labels = { catalogue: 1n, byId: new Map() }
  const only = (...ids: number[]) => viewOf(whole, labels, { filter: { ids }, fields: [], format: 'json' })
  expect(only(2).body.toString()).toBe('[{"ad_id":2,"clicks":1,"ctr":0.3333333333333333,"impressions":3}]')
  expect(JSON.parse(only(1, 3).body.toString())).toEqual([rows(3)[0], rows(3)[2]])
  expect(only(9).body.toString()).toBe('[]')
  expect(only(2)).toBe(only(2))
})

it('is compressed once, and only when it is large', async () => {
  const { payload } = toSnapshot(analytics({ rows: rows(1000) }))
  expect(compressed(payload, 'gzip')).toBe(compressed(payload, 'gzip'))
  expect(gunzipSync((await compressed(payload, 'gzip'))!)).toEqual(payload.body)
  expect(brotliDecompressSync((await compressed(payload, 'br'))!)).toEqual(payload.body)
  expect(compressed(toSnapshot(analytics({ rows: rows(10) })).payload, 'gzip')).toBeUndefined()
})

it.each([
  [undefined, undefined],
  ['', undefined],
  ['identity', undefined],
  ['gzip', 'gzip'],
  ['gzip, deflate, br', 'br'],
  ['br;q=0, gzip;q=0.5', 'gzip'],
  ['GZIP', 'gzip'],
  ['gzip;q=0.0', undefined],
  ['deflate, zstd', undefined],
])('Accept-Encoding: %s gets %s', (accept, encoding) => {
  expect(acceptedEncoding(accept)).toBe(encoding)
})

it.each([
  [undefined, false],
  ['W/"a"', true],
  ['"a"', true],
  ['*', true],
  ['"b", W/"a"', true],
  ['"b"', false],
  ['a', false],
])('If-None-Match: %s holds: %s', (header, expected) => {
  expect(matchesEtag(header, 'W/"a"')).toBe(expected)
})
