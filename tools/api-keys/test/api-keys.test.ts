import { afterAll, beforeAll, expect, it } from 'vitest'
import { createDatabase, type Database, findApiKey, hashApiKey } from '@ads-tracker/data'
import { entry, runSource, testDatabase } from '@ads-tracker/local-servers'
import { readArguments } from '../src/arguments.ts'

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

const apiKeys = (...args: string[]) => runSource(entry('tools/api-keys'), args, { DATABASE_URL: db.url })

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
  expect(await apiKeys('revoke', '1')).toMatchObject({ code: 1, stdout: 'there is no live key 1\n' })
})

it.each([
  [['create'], 'create needs --name'],
  [['create', '--name', 'x', '--scopes', 'ads:delete'], 'there is no scope ads:delete'],
  [['revoke'], 'revoke needs the ID'],
  [['rotate'], 'there is no command rotate'],
  [['list', '--all'], "Unknown option '--all'"],
])('%j says what is wrong and how it is used', (args, reason) => {
  expect(() => readArguments(args)).toThrow(reason)
  expect(() => readArguments(args)).toThrow('npm run api-keys -- create')
})

it('ends with the exit code of bad configuration when it is used wrongly', async () => {
  expect(await apiKeys()).toMatchObject({ code: 78, stderr: expect.stringContaining('a command is missing') as string })
})
