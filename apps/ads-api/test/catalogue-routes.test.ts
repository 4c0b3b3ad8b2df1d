import type { LightMyRequestResponse } from 'fastify'
import { describe, expect, it, vi } from 'vitest'
import { ad, fakeApp } from './fake-app.ts'

const key = { authorization: 'Bearer writer' }
const urls = { image_url: 'https://cdn.test/1.jpg', target_url: 'https://shop.test/' }
const unused = () => Promise.reject(new Error('not part of this test'))
const catalogue = {
  list: vi.fn(async ({ limit, after = 0 }: { limit: number; after?: number }) =>
    [1, 2, 3, 5, 8]
      .filter((id) => id > after)
      .slice(0, limit)
      .map((id) => ad(id)),
  ),
  get: vi.fn(async (id: number) => (id < 9 ? ad(id) : undefined)),
  create: vi.fn(async (given: { id?: number }) => (given.id === 1 ? undefined : ad(given.id ?? 9, given))),
  update: vi.fn(async (id: number, patch: object) => (id < 9 ? ad(id, patch) : undefined)),
  archive: vi.fn(async (id: number) => id < 9),
}
const app = await fakeApp({ ads: catalogue })

describe('GET /ads', () => {
  it('is a bare array with a link to the next page, to the end', async () => {
    const seen: number[] = []
    let url: string | undefined = '/ads?limit=2'
    while (url) {
      const { statusCode, body, headers } = (await app.inject(url)) as LightMyRequestResponse
      expect(statusCode).toBe(200)
      seen.push(...(JSON.parse(body) as { id: number }[]).map(({ id }) => id))
      url = /^<(.+)>; rel="next"$/.exec(String(headers.link ?? ''))?.[1]
    }
    expect(seen).toEqual([1, 2, 3, 5, 8])
  })

  it('has 100 ads on a page unless told otherwise, and no link when all are there', async () => {
    const response = await app.inject('/ads')
    expect(catalogue.list).toHaveBeenLastCalledWith({ limit: 101 })
    expect(response.headers.link).toBeUndefined()
    expect(response.json()[0]).toEqual({
      id: 1,
      name: null,
      campaign: null,
      advertiser: null,
      image_url: 'https://cdn.test/1.jpg',
      target_url: 'https://shop.test/',
      created_at: '2026-03-04T05:06:07.890Z',
      updated_at: '2026-03-04T05:06:07.890Z',
    })
  })

  it('can be of one campaign or advertiser, or of some ads, page by page', async () => {
    const response = await app.inject('/ads?limit=1&campaign=A%26B&advertiser=Shoes&ad_id=2&ad_id=1')
    expect(catalogue.list).toHaveBeenLastCalledWith({ limit: 2, campaign: 'A&B', advertiser: 'Shoes', ids: [1, 2] })
    const next = new URL(/^<(.+)>; rel="next"$/.exec(String(response.headers.link))![1]!, 'http://x').searchParams
    expect([next.get('campaign'), next.get('advertiser'), next.getAll('ad_id')]).toEqual(['A&B', 'Shoes', ['2', '1']])
  })

  it('can be a file', async () => {
    const response = await app.inject({ url: '/ads?limit=2', headers: { accept: 'text/csv' } })
    const times = '2026-03-04T05:06:07.890Z,2026-03-04T05:06:07.890Z'
    expect(response.body).toBe(
      'id,name,campaign,advertiser,image_url,target_url,created_at,updated_at\r\n' +
        `1,,,,https://cdn.test/1.jpg,https://shop.test/,${times}\r\n` +
        `2,,,,https://cdn.test/2.jpg,https://shop.test/,${times}\r\n`,
    )
    expect(response.headers['content-disposition']).toBe('attachment; filename="ads.csv"')
    expect(response.headers.link).toContain('rel="next"')
    expect((await app.inject({ url: '/ads', headers: { accept: 'image/png' } })).statusCode).toBe(406)
  })

  it.each([
    ['limit=0', 'limit'],
    ['limit=1001', 'limit'],
    ['limit=ten', 'limit'],
    ['limit=1.5', 'limit'],
    ['limit=', 'limit'],
    ['limit=2&limit=3', 'limit'],
    ['cursor=x', 'cursor'],
    ['cursor=', 'cursor'],
    ['cursor=YWZ0ZXI6MA', 'cursor'],
    ['cursor=YWZ0ZXI6OTk5OTk5OTk5OQ', 'cursor'],
    [`cursor=${'a'.repeat(65)}`, 'cursor'],
  ])('answers 400 to %s and names the field', async (query, field) => {
    const response = await app.inject(`/ads?${query}`)
    expect(response.statusCode).toBe(400)
    expect(response.headers['content-type']).toMatch('application/problem+json')
    expect(response.json()).toMatchObject({ code: 'invalid_request', errors: [{ field }] })
  })
})

describe('GET /ads/{id}', () => {
  it('is the ad, or 404', async () => {
    expect((await app.inject('/ads/5')).json()).toMatchObject({ id: 5 })
    expect((await app.inject('/ads/99')).json()).toMatchObject({
      status: 404,
      code: 'not_found',
      detail: 'Ad 99 does not exist',
    })
  })

  it.each([
    ['GET', 'click', 'POST'],
    ['PATCH', 'events', 'POST'],
    ['DELETE', 'analytics', 'GET, HEAD'],
  ] as const)('answers 405 to %s of its neighbour %s', async (method, neighbour, allow) => {
    const response = await app.inject({ method, url: `/ads/${neighbour}` })
    expect([response.statusCode, response.headers.allow]).toEqual([405, allow])
  })

  it.each(['0', '-1', 'abc', '1.5', '2147483648', '99999999999999999999', '01', '1e3', '%201', 'clicks'])(
    'answers 400 to %s',
    async (id) => {
      const response = await app.inject(`/ads/${id}`)
      expect(response.statusCode).toBe(400)
      expect(response.json()).toMatchObject({
        errors: [{ field: 'id', message: 'must be an integer from 1 to 2147483647' }],
      })
    },
  )
})

describe('POST /ads', () => {
  it('makes an ad and says where it is', async () => {
    const response = await app.inject({
      method: 'POST',
      url: '/ads',
      headers: key,
      payload: { ...urls, name: 'Summer', more: 'is ignored' },
    })
    expect(response.statusCode).toBe(201)
    expect(response.headers.location).toBe('/ads/9')
    expect(catalogue.create).toHaveBeenLastCalledWith({ ...urls, name: 'Summer', campaign: null, advertiser: null })
    expect(response.json()).toMatchObject({ id: 9, name: 'Summer', ...urls })
  })

  it('answers 409 when the id is taken', async () => {
    const response = await app.inject({ method: 'POST', url: '/ads', headers: key, payload: { ...urls, id: 1 } })
    expect(response.statusCode).toBe(409)
    expect(response.json()).toMatchObject({ code: 'conflict', errors: [{ field: 'id', message: 'is taken' }] })
  })

  it.each([
    ['image_url', { target_url: urls.target_url }],
    ['image_url', { ...urls, image_url: 'ftp://cdn.test/1.jpg' }],
    ['image_url', { ...urls, image_url: '/1.jpg' }],
    ['image_url', { ...urls, image_url: 7 }],
    ['image_url', { ...urls, image_url: 'https://user:secret@cdn.test/1.jpg' }],
    ['image_url', { ...urls, image_url: `https://cdn.test/${'x'.repeat(2048)}` }],
    ['target_url', { ...urls, target_url: 'javascript:alert(1)' }],
    ['target_url', { ...urls, target_url: 'https://shop.test/\ud800' }],
    ['id', { ...urls, id: '1' }],
    ['id', { ...urls, id: 0 }],
    ['id', { ...urls, id: 2147483648 }],
    ['id', { ...urls, id: 1.5 }],
    ['name', { ...urls, name: 'x'.repeat(201) }],
    ['name', { ...urls, name: 'a\0b' }],
    ['campaign', { ...urls, campaign: '' }],
    ['campaign', { ...urls, campaign: ' Summer' }],
    ['advertiser', { ...urls, advertiser: 'Shoes\t' }],
    ['advertiser', { ...urls, advertiser: 'x'.repeat(201) }],
    ['advertiser', { ...urls, advertiser: 7 }],
    ['body', []],
    ['body', 'text'],
    ['body', null],
  ])('answers 400 and names %s in %j', async (field, payload) => {
    const response = await app.inject({
      method: 'POST',
      url: '/ads',
      headers: { ...key, 'content-type': 'application/json' },
      payload: JSON.stringify(payload),
    })
    expect(response.statusCode).toBe(400)
    expect(response.json().errors[0].field).toBe(field)
  })

  it('answers 413 to a body that is too large, and 415 to another media type', async () => {
    const headers = { ...key, 'content-type': 'application/json' }
    expect(
      (await app.inject({ method: 'POST', url: '/ads', headers, payload: `{"name":"${'x'.repeat(20_000)}"}` })).json(),
    ).toMatchObject({ status: 413 })
    expect(
      (
        await app.inject({
          method: 'POST',
          url: '/ads',
          headers: { ...key, 'content-type': 'text/xml' },
          payload: '<ad/>',
        })
      ).json(),
    ).toMatchObject({ status: 415 })
    expect((await app.inject({ method: 'POST', url: '/ads', headers, payload: '{' })).json()).toMatchObject({
      code: 'malformed_json',
    })
  })
})

describe('PATCH /ads/{id}', () => {
  it('changes what is given and nothing else', async () => {
    const response = await app.inject({ method: 'PATCH', url: '/ads/5', headers: key, payload: { name: null, id: 77 } })
    expect(response.json()).toMatchObject({ id: 5, name: null })
    expect(catalogue.update).toHaveBeenLastCalledWith(5, { name: null })
    const labels = { campaign: 'Summer', advertiser: null }
    await app.inject({ method: 'PATCH', url: '/ads/5', headers: key, payload: labels })
    expect(catalogue.update).toHaveBeenLastCalledWith(5, labels)
  })

  it('answers 400 to a bad field, 404 to an ad that is not there', async () => {
    expect(
      (await app.inject({ method: 'PATCH', url: '/ads/5', headers: key, payload: { target_url: 'x' } })).json(),
    ).toMatchObject({
      status: 400,
      errors: [{ field: 'target_url', message: 'must be an absolute http(s) URL without credentials' }],
    })
    expect((await app.inject({ method: 'PATCH', url: '/ads/99', headers: key, payload: {} })).statusCode).toBe(404)
  })
})

describe('DELETE /ads/{id}', () => {
  it('answers 204, or 404 when there never was such an ad', async () => {
    const response = await app.inject({ method: 'DELETE', url: '/ads/5', headers: key })
    expect([response.statusCode, response.body]).toEqual([204, ''])
    expect((await app.inject({ method: 'DELETE', url: '/ads/99', headers: key })).statusCode).toBe(404)
  })
})

describe('a change of the catalogue', () => {
  it.each([
    ['POST', '/ads'],
    ['PATCH', '/ads/5'],
    ['DELETE', '/ads/5'],
  ] as const)('%s needs a key with the scope, before anything else is looked at', async (method, url) => {
    const calls = [catalogue.create, catalogue.update, catalogue.archive].map((call) => call.mock.calls.length)
    const without = await app.inject({ method, url, payload: '{', headers: { 'content-type': 'application/json' } })
    expect(without.json()).toMatchObject({ status: 401, code: 'unauthorized' })
    expect(without.headers['www-authenticate']).toBe('Bearer realm="ads-tracker"')
    expect((await app.inject({ method, url, headers: { authorization: 'Bearer revoked' } })).statusCode).toBe(401)
    expect((await app.inject({ method, url, headers: { authorization: 'Bearer reader' } })).json()).toMatchObject({
      status: 403,
      code: 'forbidden',
    })
    expect([catalogue.create, catalogue.update, catalogue.archive].map((call) => call.mock.calls.length)).toEqual(calls)
  })
})

it('answers 405 with the methods that are allowed', async () => {
  const response = await app.inject({ method: 'PUT', url: '/ads' })
  expect([response.statusCode, response.headers.allow]).toEqual([405, 'GET, HEAD, POST'])
})

it('hides what went wrong inside', async () => {
  const broken = await fakeApp({ ads: { list: unused, get: unused, create: unused, update: unused, archive: unused } })
  const response = await broken.inject('/ads')
  expect(response.statusCode).toBe(500)
  expect(response.body).not.toContain('not part of this test')
})
