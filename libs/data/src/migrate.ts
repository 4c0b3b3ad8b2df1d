import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import postgres from 'postgres'
import type { Sql } from 'postgres'
import { codeOf } from './classify-error.ts'
import type { Tls } from './database.ts'

interface MigrateOptions {
  /** Connects as the owner of the schema. */
  url: string
  ssl?: Tls
  /** One line for each thing that was done. */
  log?: (line: string) => void
  /** Passwords of the apps' roles. A role that is not named here keeps the one that it has. */
  passwords?: { ads_api?: string; click_writer?: string }
  /** Days that raw events and dead letters are kept; what is not given stays. */
  retention?: RetentionDays
  /** Where the files are; beside this library, or the bundle that it is part of, by default. */
  directory?: string
}

interface RetentionDays {
  rawDays?: number | null
  deadLetterDays?: number | null
}

interface Migration {
  version: number
  name: string
  text: string
  sha256: string
}

interface FunctionFile {
  name: string
  text: string
  sha256: string
}

/** A migration that was applied is not the file that is here: history was edited. */
export class ChangedMigrationError extends Error {
  readonly code = 'changed_migration'
}

// The bundle of a job has the files in its own folder.
const beside = join(import.meta.dirname, import.meta.filename.endsWith('migrate.ts') ? '../migrations' : 'migrations')
const lockKey = 4_711_070_707
const lockTimeout = 2_000
const attempts = 30

/**
 * Applies what is missing, each file in a transaction of its own (or none, when its first line is `-- no transaction`; it then
 * holds one statement that may be repeated). The files of `functions/`, each of which creates or replaces functions, are applied
 * whenever one has changed: together, and with the last of the migrations, so that no session sees a part of a version. One migration runs at a time, however many jobs were started. A lock that is
 * not given within 2 s is asked for again, so that the traffic in the queue behind it flows in between.
 */
export async function migrate({
  url,
  ssl,
  log = () => {},
  passwords = {},
  retention = {},
  directory,
}: MigrateOptions): Promise<{ applied: string[] }> {
  const migrations = await readMigrations(directory ?? beside)
  const functions = await readFunctions(join(directory ?? beside, 'functions'))
  const sql = postgres(url, {
    max: 1,
    ssl,
    connect_timeout: 10,
    onnotice: () => {},
    connection: { application_name: 'migrate', lock_timeout: lockTimeout, statement_timeout: 600_000, TimeZone: 'UTC' },
  })
  try {
    await takeTurn(sql, log)
    const applied = await applyPending(sql, migrations, functions, log)
    await setPasswords(sql, passwords, log)
    await setRetention(sql, retention)
    return { applied }
  } finally {
    await sql.end({ timeout: 1 })
  }
}

async function readMigrations(directory: string): Promise<Migration[]> {
  const names = (await readdir(directory)).filter((name) => /^\d{4}_.*\.sql$/.test(name)).sort()
  return Promise.all(names.map((name) => readMigration(directory, name)))
}

async function readMigration(directory: string, name: string): Promise<Migration> {
  const text = await readFile(join(directory, name), 'utf8')
  return { version: Number(name.slice(0, 4)), name, text, sha256: createHash('sha256').update(text).digest('hex') }
}

async function readFunctions(directory: string): Promise<FunctionFile[]> {
  const names = await readdir(directory).catch(() => [])
  return Promise.all(
    names
      .filter((name) => name.endsWith('.sql'))
      .sort()
      .map(async (name) => {
        const text = await readFile(join(directory, name), 'utf8')
        return { name, text, sha256: createHash('sha256').update(text).digest('hex') }
      }),
  )
}

// The lock belongs to the session: it is free again however this process ends.
async function takeTurn(sql: Sql, log: (line: string) => void): Promise<void> {
  for (let waited = 0; ; waited++) {
    const [row] = await sql<{ taken: boolean }[]>`select pg_try_advisory_lock(${lockKey}) as taken`
    if (row?.taken) return
    if (waited === 0) log('waiting for another migration to finish')
    await sleep(250)
  }
}

async function applyPending(
  sql: Sql,
  migrations: Migration[],
  functions: FunctionFile[],
  log: (line: string) => void,
): Promise<string[]> {
  await sql.unsafe(`create table if not exists schema_migrations (
    version integer primary key, name text not null, sha256 text not null, applied_at timestamptz(3) not null default now());
    create table if not exists schema_functions (
    name text primary key, sha256 text not null, applied_at timestamptz(3) not null default now())`)
  const done = new Map(
    (await sql<Migration[]>`select name, sha256 from schema_migrations`).map(({ name, sha256 }) => [name, sha256]),
  )
  const changed = migrations.find(({ name, sha256 }) => done.has(name) && done.get(name) !== sha256)
  if (changed)
    throw new ChangedMigrationError(
      `${changed.name} was changed after it had been applied: write a new migration instead`,
    )
  const pending = migrations.filter(({ name }) => !done.has(name))
  const known = await sql<FunctionFile[]>`select name, sha256 from schema_functions`
  const replaced = functions.filter(
    ({ name, sha256 }) => !known.some((row) => row.name === name && row.sha256 === sha256),
  )
  for (const migration of pending.slice(0, -1)) {
    const { name, text } = migration
    await withRetries(name, log, () => apply(sql, text, recordOf(migration)))
  }
  const last = pending.at(-1)
  const names = [...(last ? [last.name] : []), ...replaced.map(({ name }) => `functions/${name}`)]
  const record = [...replaced.map(replacementOf), ...(last ? [recordOf(last)] : [])].join(';\n')
  if (names.length > 0) await withRetries(names.join(', '), log, () => apply(sql, last?.text ?? '', record))
  return [...pending.map(({ name }) => name), ...replaced.map(({ name }) => `functions/${name}`)]
}

async function withRetries(name: string, log: (line: string) => void, work: () => Promise<void>): Promise<void> {
  const start = performance.now()
  for (let attempt = 1; ; attempt++) {
    try {
      await work()
      return log(`applied ${name} in ${Math.round(performance.now() - start)} ms`)
    } catch (error) {
      if (!isLockTimeout(error) || attempt === attempts)
        throw new Error(`${name}: ${(error as Error).message}`, { cause: error })
      log(`${name} waits for a lock (attempt ${attempt} of ${attempts})`)
      await sleep(Math.random() * 1_000)
    }
  }
}

// Statements sent as one simple query are one transaction, whatever dies in between.
async function apply(sql: Sql, text: string, record: string): Promise<void> {
  if (!text.startsWith('-- no transaction')) return void (await sql.unsafe(`${text};\n${record}`).simple())
  await sql.unsafe(text).simple()
  await sql.unsafe(record).simple()
}

function recordOf({ version, name, sha256 }: Migration): string {
  return `insert into schema_migrations (version, name, sha256) values (${version}, '${name}', '${sha256}')`
}

function replacementOf({ name, text, sha256 }: FunctionFile): string {
  return `${text};
    insert into schema_functions (name, sha256) values ('${name}', '${sha256}')
    on conflict (name) do update set sha256 = excluded.sha256, applied_at = now()`
}

function isLockTimeout(error: unknown): boolean {
  return codeOf(error) === '55P03'
}

async function setPasswords(
  sql: Sql,
  passwords: NonNullable<MigrateOptions['passwords']>,
  log: (line: string) => void,
): Promise<void> {
  for (const [role, password] of Object.entries(passwords)) {
    if (password === undefined) continue
    const [row] = await sql<
      { statement: string }[]
    >`select format('alter role %I password %L', ${role}::text, ${password}::text) as statement`
    await sql.unsafe(row?.statement ?? '')
    log(`set the password of ${role}`)
  }
}

async function setRetention(sql: Sql, { rawDays = null, deadLetterDays = null }: RetentionDays): Promise<void> {
  if (rawDays === null && deadLetterDays === null) return
  await sql`update retention set raw_days = coalesce(${rawDays}, raw_days), dead_letter_days = coalesce(${deadLetterDays}, dead_letter_days)`
}
