import { findApiKey, hashApiKey } from '@ads-tracker/data'
import { expect, it } from 'vitest'
import { useDatabase } from './support.ts'

const used = useDatabase()
const apiKeys = (...args: string[]) => used.run(['api-keys', ...args])

it('makes a key that is printed last and stored only as a digest, lists it, and revokes it once', async () => {
  const made = await apiKeys('create', '--name', 'ci', '--scopes', 'ads:write')
  const key = made.stdout.trim().split(/\s+/).at(-1) ?? ''
  expect(key).toMatch(/^adk_[\w-]{43}$/)
  const stored = { id: 1, name: 'ci', scopes: ['ads:write'], revoked_at: null }
  expect(await findApiKey(used.database, hashApiKey(key))).toMatchObject(stored)

  const listed = await apiKeys('list')
  expect(listed.stdout).toContain('1  ci  ads:write')
  expect(listed.stdout).not.toContain(key)

  expect(await apiKeys('revoke', '1')).toMatchObject({ code: 0, stdout: 'key 1 is revoked\n' })
  expect(await apiKeys('revoke', '1')).toMatchObject({ code: 1, stdout: 'there is no valid key 1\n' })
})
