import { afterAll, beforeAll, expect, it } from 'vitest'
import { testDatabase } from '@ads-tracker/local-servers'
import { createApiKey, createDatabase, findApiKey, hashApiKey, listApiKeys, revokeApiKey } from '../src/index.ts'
import type { Database } from '../src/index.ts'

let db: Awaited<ReturnType<typeof testDatabase>>
let asOwner: Database
let asApi: Database

beforeAll(async () => {
  db = await testDatabase()
  asOwner = createDatabase({ url: db.url, max: 1 })
  asApi = createDatabase({ url: db.adsApiUrl, max: 1 })
})
afterAll(async () => {
  await Promise.all([asOwner?.close(), asApi?.close()])
  await db?.drop()
})

it('finds a key by its hash, and stores nothing else of it', async () => {
  const { id, key } = await createApiKey(asOwner, { name: 'deploy', scopes: ['ads:write'] })
  expect(key).toMatch(/^adk_[\w-]{43}$/)
  expect(await findApiKey(asApi, hashApiKey(key))).toEqual({
    id,
    name: 'deploy',
    sha256: hashApiKey(key),
    scopes: ['ads:write'],
    created_at: expect.any(Date),
    revoked_at: null,
  })
  expect(JSON.stringify(await listApiKeys(asOwner))).not.toContain(key)
  expect(await findApiKey(asApi, hashApiKey(`${key}x`))).toBeUndefined()
})

it('marks a key as revoked, once', async () => {
  const { id, key } = await createApiKey(asOwner, { name: 'dashboard', scopes: ['analytics:read', 'ads:write'] })
  expect(await revokeApiKey(asOwner, id)).toBe(true)
  expect((await findApiKey(asApi, hashApiKey(key)))?.revoked_at).toBeInstanceOf(Date)
  expect(await revokeApiKey(asOwner, id)).toBe(false)
  expect(await revokeApiKey(asOwner, 999)).toBe(false)
})

it('takes a key that was generated elsewhere', async () => {
  await createApiKey(asOwner, { name: 'given', scopes: ['ads:write'], key: 'a-key-from-a-vault' })
  expect((await findApiKey(asApi, hashApiKey('a-key-from-a-vault')))?.name).toBe('given')
})

it('does not let ads-api make or revoke keys', async () => {
  const denied = { cause: { code: '42501' } }
  await expect(createApiKey(asApi, { name: 'mine', scopes: ['ads:write'] })).rejects.toMatchObject(denied)
  await expect(revokeApiKey(asApi, 1)).rejects.toMatchObject(denied)
})
