import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url))
const start = (env: Record<string, string>) =>
  spawnSync(process.execPath, [main], { env, encoding: 'utf8', timeout: 20_000 })

it('refuses to start without a database, and says which variable is missing', () => {
  const { status, stderr } = start({})
  expect([status, stderr]).toEqual([78, expect.stringContaining('DATABASE_URL: is required')])
})

it('lists every bad variable at once, never its value', () => {
  const env = {
    DATABASE_URL: 'mysql://secret-user@host/db',
    PORT: 'http',
    QUERY_TIMEOUT_MS: '7',
    REQUIRE_ANALYTICS_KEY: 'perhaps',
    TRUST_PROXY: 'everyone',
    DATABASE_POOL_SIZE: '0',
  }
  const { status, stderr } = start(env)
  expect(status).toBe(78)
  for (const name of Object.keys(env)) expect(stderr).toMatch(new RegExp(`^  ${name}: `, 'm'))
  expect(stderr).not.toMatch(/secret-user|perhaps|everyone/)
})
