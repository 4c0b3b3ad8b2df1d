import { afterAll, beforeAll, expect, it } from 'vitest'
import { entry, runSource, testDatabase } from '@ads-tracker/local-servers'

let db: Awaited<ReturnType<typeof testDatabase>>

beforeAll(async () => {
  db = await testDatabase()
})
afterAll(() => db?.drop())

const run = (env: NodeJS.ProcessEnv) => runSource(entry('tools/cli'), ['migrate'], { DATABASE_URL: db.url, ...env })

it('has nothing to do twice, and keeps the partitions of the next days', async () => {
  const { stdout } = await run({})
  expect(stdout).toContain('0 migrations applied, 7 days of partitions ahead')
})

it('refuses a raw retention that is shorter than that of the log, by name', async () => {
  expect(await run({ RAW_RETENTION_DAYS: '7' })).toMatchObject({
    code: 78,
    stderr: expect.stringContaining('RAW_RETENTION_DAYS') as string,
  })
})

it('says no password when it cannot connect', async () => {
  const url = new URL(db.url)
  url.password = 'very-secret'
  url.port = '1'
  expect(await run({ DATABASE_URL: url.href })).toMatchObject({
    code: 1,
    stderr: expect.not.stringContaining('very-secret') as string,
  })
}, 60_000)
