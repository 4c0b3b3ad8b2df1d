import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import postgres from 'postgres'
import type { Sql } from 'postgres'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { testDatabase } from '@ads-tracker/local-servers'
import {
  ChangedMigrationError,
  createDatabase,
  migrate,
  readSchemaVersion,
  requiredSchemaVersion,
} from '../src/index.ts'
import { owner } from './stored-events.ts'

let db: Awaited<ReturnType<typeof testDatabase>>
let sql: Sql
let directory: string

beforeEach(async () => {
  db = await testDatabase()
  sql = owner(db.url)
  directory = await mkdtemp(join(tmpdir(), 'migrations-'))
})
afterEach(async () => {
  await sql.end()
  await db.drop()
  await rm(directory, { recursive: true })
})

const write = (name: string, text: string) => writeFile(join(directory, name), text)
const run = (options = {}) => migrate({ url: db.url, directory, ...options })

describe('migrate', () => {
  it('applies each file once, in the order of their names', async () => {
    await write('9002_second.sql', 'insert into a values (2)')
    await write('9001_first.sql', 'create table a (n integer)')
    expect(await run()).toEqual({ applied: ['9001_first.sql', '9002_second.sql'] })
    expect(await run()).toEqual({ applied: [] })
    expect(await sql`select * from a`).toEqual([{ n: 2 }])
  })

  it('refuses a file that was changed after it had been applied, by name, and applies nothing', async () => {
    await write('9001_first.sql', 'create table a ()')
    await run()
    await write('9001_first.sql', 'create table a (n integer)')
    await write('9002_second.sql', 'create table b ()')
    const changed = run()
    await expect(changed).rejects.toBeInstanceOf(ChangedMigrationError)
    await expect(changed).rejects.toThrow('9001_first.sql')
    expect(await sql`select to_regclass('b') as b`).toEqual([{ b: null }])
  })

  it('leaves nothing of a file that fails half way', async () => {
    await write('9001_first.sql', 'create table a (); create table b (); select 1 / 0;')
    await expect(run()).rejects.toThrow('9001_first.sql: division by zero')
    expect(await sql`select to_regclass('a') as a`).toEqual([{ a: null }])
  })

  it('runs a file without a transaction when it says so', async () => {
    await write('9001_index.sql', '-- no transaction\ncreate index concurrently if not exists ads_name on ads (name)')
    expect(await run()).toEqual({ applied: ['9001_index.sql'] })
  })

  it('is done once when two jobs start at the same time', async () => {
    await write('9001_first.sql', 'create table a (); select pg_sleep(0.3)')
    const both = await Promise.all([run(), run()])
    expect(both.flatMap(({ applied }) => applied)).toEqual(['9001_first.sql'])
  })

  it('asks again for a lock that it does not get, so that others come through in between', async () => {
    await write('9001_column.sql', 'alter table ads add column extra text')
    const holder = postgres(db.url, { max: 1 })
    await holder`begin`
    await holder`select * from ads for update`
    await holder`insert into ads (image_url, target_url) values ('https://a.test', 'https://b.test')`
    const lines: string[] = []
    const migration = run({ log: (line: string) => lines.push(line) })
    await expect.poll(() => lines.some((line) => line.includes('waits for a lock')), { timeout: 10_000 }).toBe(true)
    await holder`commit`
    await holder.end()
    expect(await migration).toEqual({ applied: ['9001_column.sql'] })
  })

  it('sets the passwords that it is given, whatever is in them', async () => {
    // a role of its own: those of the apps belong to all databases of the server
    const role = new URL(db.url).pathname.slice(1)
    const password = `it's "${role}"`
    await sql`create role ${sql(role)} login`
    await run({ passwords: { [role]: password } as never })
    const { hostname: host, port } = new URL(db.url)
    const login = postgres({ host, port: Number(port), database: role, user: role, password, max: 1 })
    expect(await login`select current_user as role`).toEqual([{ role }])
    await login.end()
    await sql`drop role ${sql(role)}`
  })

  it('sets the retention', async () => {
    await run({ retention: { rawDays: 30 } })
    expect(await sql`select raw_days, dead_letter_days from retention`).toEqual([
      { raw_days: 30, dead_letter_days: 30 },
    ])
  })
})

describe('the schema version', () => {
  it('that this code needs is that of the newest migration', async () => {
    const names = await readdir(new URL('../migrations', import.meta.url))
    expect(requiredSchemaVersion).toBe(
      Math.max(...names.filter((name) => name !== 'functions').map((name) => Number(name.slice(0, 4)))),
    )
  })

  it('can be read by each app, and is 0 before the first migration', async () => {
    for (const url of [db.adsApiUrl, db.clickWriterUrl]) {
      const database = createDatabase({ url, max: 1 })
      expect(await readSchemaVersion(database)).toBe(requiredSchemaVersion)
      await database.close()
    }
    await sql`drop table schema_migrations`
    const database = createDatabase({ url: db.url, max: 1 })
    expect(await readSchemaVersion(database)).toBe(0)
    await database.close()
  })
})
