import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { migrate } from '@ads-tracker/data'
import { testDatabase } from '@ads-tracker/local-servers'
import { expect, it } from 'vitest'
import { useDatabase } from './support.ts'

const used = useDatabase()
const run = (env: NodeJS.ProcessEnv = {}) => used.run(['migrate'], env)

it('has nothing to do twice, and keeps the partitions of the next days', async () => {
  const { stdout } = await run()
  expect(stdout).toContain('0 migrations applied, 7 days of partitions ahead')
})

it('succeeds when partition maintenance does not, and says why', async () => {
  const broken = await testDatabase()
  const directory = await mkdtemp(join(tmpdir(), 'broken-'))
  await writeFile(
    join(directory, '9001_broken.sql'),
    `create or replace function maintain_partitions(out days_ahead integer, out raw_days integer, out more boolean, out blocked boolean)
     language plpgsql as $$ begin raise exception 'no upkeep today'; end $$`,
  )
  await migrate({ url: broken.url, directory })
  const { code, stdout } = await run({ DATABASE_URL: broken.url })
  expect(stdout).toContain('0 migrations applied, but partition maintenance failed: no upkeep today')
  expect(code).toBe(0)
  await rm(directory, { recursive: true })
  await broken.drop()
})

it('refuses a raw retention that is shorter than that of the log, by name', async () => {
  expect(await run({ RAW_RETENTION_DAYS: '7' })).toMatchObject({
    code: 78,
    stderr: expect.stringContaining('RAW_RETENTION_DAYS') as string,
  })
})

it('says no password when it cannot connect', async () => {
  const url = new URL(used.db.url)
  url.password = 'very-secret'
  url.port = '1'
  expect(await run({ DATABASE_URL: url.href })).toMatchObject({
    code: 1,
    stderr: expect.not.stringContaining('very-secret') as string,
  })
}, 60_000)
