import { expect, it, vi } from 'vitest'
import { hashApiKey } from '@ads-tracker/data'
import { cacheKeys, requireScope } from '../src/authorize.ts'
import { findKey } from './fake-app.ts'

const authorize = requireScope(findKey, 'ads:write')
const request = (authorization?: string) => ({ headers: { authorization } })

it('lets a live key with the scope pass', async () => {
  await authorize(request('Bearer writer'))
  await authorize(request('bearer  writer'))
})

it.each([undefined, '', 'writer', 'Basic writer', 'Bearer', 'Bearer a b', `Bearer ${'x'.repeat(300)}`])(
  'answers 401 to %s',
  async (authorization) => {
    await expect(authorize(request(authorization))).rejects.toMatchObject({
      code: 'unauthorized',
      headers: { 'www-authenticate': 'Bearer realm="ads-tracker"' },
    })
  },
)

it.each(['Bearer unknown', 'Bearer revoked'])(
  'answers 401 to %s, and that the token is not valid',
  async (authorization) => {
    await expect(authorize(request(authorization))).rejects.toMatchObject({
      code: 'unauthorized',
      headers: { 'www-authenticate': expect.stringContaining('invalid_token') },
    })
  },
)

it('answers 403 to a key without the scope', async () => {
  await expect(authorize(request('Bearer reader'))).rejects.toMatchObject({
    code: 'forbidden',
    headers: { 'www-authenticate': expect.stringContaining('scope="ads:write"') },
  })
})

it('remembers a key for a second, and never that there is none', async () => {
  let now = 0
  const find = vi.fn(findKey)
  const cached = cacheKeys(find, { now: () => now })
  for (; now < 2500; now += 100) await cached(hashApiKey('reader'))
  expect(find).toHaveBeenCalledTimes(3)
  find.mockClear()
  for (let n = 0; n < 5; n++) expect(await cached(hashApiKey('unknown'))).toBeUndefined()
  expect(find).toHaveBeenCalledTimes(5)
})

it('remembers a bounded number of keys', async () => {
  const find = vi.fn(async (sha256: string) => ({ ...(await findKey(hashApiKey('reader')))!, sha256 }))
  const cached = cacheKeys(find, { capacity: 2 })
  for (const key of ['a', 'b', 'c', 'a']) await cached(key)
  expect(find).toHaveBeenCalledTimes(4)
})
