import { expect, test } from 'vitest'
import { authorized, call, get, newAd, origin, post, type Answer } from './support/client.ts'

interface Ad {
  id: number
  image_url: string
  target_url: string
}
const urls = { image_url: 'https://example.com/a.png', target_url: 'https://example.com/' }

test('sample ads are there from the start, ordered by id', async () => {
  const { status, headers, body } = await get<Ad[]>('/ads')
  expect(status).toBe(200)
  expect(headers.get('content-type')).toMatch(/^application\/json/)
  expect(body[0]).toMatchObject({
    id: 1,
    image_url: expect.stringMatching(/^https?:/),
    target_url: expect.stringMatching(/^https?:/),
  })
  expect(body.map(({ id }) => id)).toEqual(body.map(({ id }) => id).toSorted((a, b) => a - b))
})

test('pages follow each other by their Link header and hold each ad once', async () => {
  await Promise.all([newAd(), newAd(), newAd()])
  const { body: all } = await get<Ad[]>('/ads?limit=1000')
  const ids: number[] = []
  for (let path: string | undefined = '/ads?limit=2'; path;) {
    const { status, headers, body }: Answer<Ad[]> = await get(path)
    expect(status).toBe(200)
    ids.push(...body.map(({ id }) => id))
    const link: string | undefined = /^<([^>]+)>; rel="next"$/.exec(headers.get('link') ?? '')?.[1]
    path = link && link.replace(origin, '')
  }
  expect(ids).toEqual(all.map(({ id }) => id))
})

test('one ad can be read by its id', async () => {
  expect((await get<Ad>('/ads/1')).body).toMatchObject({ id: 1 })
  expect(await get('/ads/2147483647')).toMatchObject({ status: 404, body: { code: 'not_found', status: 404 } })
})

test('an ad is made, changed and archived with a key', async () => {
  const made = await post<Ad>('/ads', urls, authorized())
  expect(made).toMatchObject({ status: 201, body: urls })
  const path = `/ads/${made.body.id}`
  const changed = await call<Ad>('PATCH', path, { target_url: 'https://example.org/x' }, authorized())
  expect(changed).toMatchObject({ status: 200, body: { ...urls, target_url: 'https://example.org/x' } })
  expect((await call('DELETE', path, undefined, authorized())).status).toBe(204)
  expect((await get<Ad[]>('/ads?limit=1000')).body.map(({ id }) => id)).not.toContain(made.body.id)
})

test('an ad may bring its id, once', async () => {
  const id = 1_000_000_000 + Math.floor(Math.random() * 1_000_000_000)
  expect(await newAd({ id })).toBe(id)
  expect(await post('/ads', { ...urls, id }, authorized())).toMatchObject({ status: 409, body: { code: 'conflict' } })
})

test.each(['POST', 'PATCH', 'DELETE'])('%s needs a key that is known', async (method) => {
  const path = method === 'POST' ? '/ads' : '/ads/1'
  const body = method === 'DELETE' ? undefined : urls
  const wrong: Record<string, string>[] = [{}, { authorization: 'Bearer no-such-key' }, { authorization: 'Basic eDp5' }]
  for (const headers of wrong) {
    expect(await call(method, path, body, headers)).toMatchObject({ status: 401, body: { code: 'unauthorized' } })
  }
})
