import { afterAll, beforeAll, expect, it } from 'vitest'
import { createDatabase, type Database, findApiKey, hashApiKey } from '@ads-tracker/data'
import { entry, runSource, testDatabase } from '@ads-tracker/local-servers'

let db: Awaited<ReturnType<typeof testDatabase>>
let database: Database

beforeAll(async () => {
  db = await testDatabase()
  database = createDatabase({ url: db.url, max: 1 })
})
afterAll(async () => {
  await database?.close()
  await db?.drop()
})

const apiKeys = (...args: string[]) => runSource(entry('tools/cli'), ['api-keys', ...args], { DATABASE_URL: db.url })

it('makes a key that is printed last and stored only as a digest, lists it, and revokes it once', async () => {
  const made = await apiKeys('create', '--name', 'ci', '--scopes', 'ads:write')
  const key = made.stdout.trim().split(/\s+/).at(-1) ?? ''
  expect(key).toMatch(/^adk_[\w-]{43}$/)
  expect(await findApiKey(database, hashApiKey(key))).toMatchObject({
    id: 1,
    name: 'ci',
    scopes: ['ads:write'],
    revoked_at: null,
  })

  const listed = await apiKeys('list')
  expect(listed.stdout).toContain('1  ci  ads:write')
  expect(listed.stdout).not.toContain(key)

  expect(await apiKeys('revoke', '1')).toMatchObject({ code: 0, stdout: 'key 1 is revoked\n' })
  expect(await apiKeys('revoke', '1')).toMatchObject({ code: 1, stdout: 'there is no valid key 1\n' })
})
