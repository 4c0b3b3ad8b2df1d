import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import postgres from 'postgres'
import { entry } from './workspace.ts'

type Sql = postgres.Sql
const template = 'ads_template'
// Held exclusively while the template changes and shared while it is copied: a copy fails while anyone is connected to it.
const lock = 4_011_959

/** Migrates the database from which every test's own one is copied. Safe from several processes at once. */
export async function prepareTemplate(url: string): Promise<void> {
  await withLock(url, 'exclusive', async (sql) => {
    const [found] = await sql`select 1 from pg_database where datname = ${template}`
    if (!found) await sql`create database ${sql(template)}`
    if (migrate(inDatabase(url, template)) === 0) return
    // A template that an earlier state of the migrations left behind: from the beginning, and let its errors be seen.
    await sql`drop database ${sql(template)} with (force)`
    await sql`create database ${sql(template)}`
    if (migrate(inDatabase(url, template), 'inherit') !== 0) throw new Error('the migrations failed: see above')
  })
}

/** Makes a database as a copy of the template. */
export async function copyTemplate(url: string, name: string): Promise<void> {
  await withLock(url, 'shared', (sql) => sql`create database ${sql(name)} template ${sql(template)}`)
}

/** Makes a database that was never migrated. */
export async function createEmpty(url: string, name: string): Promise<void> {
  await connected(url, (sql) => sql`create database ${sql(name)}`)
}

/** Drops a database and terminates its connections. */
export async function dropDatabase(url: string, name: string): Promise<void> {
  await connected(url, (sql) => sql`drop database if exists ${sql(name)} with (force)`)
}

/** The same server and credentials, another database; other credentials when a role (password equal to its name) is given. */
export function inDatabase(url: string, name: string, role?: string): string {
  const changed = new URL(url)
  changed.pathname = `/${name}`
  if (role) changed.username = changed.password = role
  return changed.href
}

function migrate(url: string, stdio: 'ignore' | 'inherit' = 'ignore'): number | null {
  const tool = entry('tools/cli')
  if (!existsSync(tool)) return 0
  const passwords = { ADS_API_DB_PASSWORD: 'ads_api', CLICK_WRITER_DB_PASSWORD: 'click_writer' }
  const env = { ...process.env, DATABASE_URL: url, ...passwords }
  return spawnSync(process.execPath, [tool, 'migrate'], { env, stdio }).status
}

async function withLock(url: string, mode: 'exclusive' | 'shared', work: (sql: Sql) => Promise<unknown>) {
  await connected(url, async (sql) => {
    await (mode === 'shared' ? sql`select pg_advisory_lock_shared(${lock})` : sql`select pg_advisory_lock(${lock})`)
    await work(sql)
  })
}

async function connected(url: string, work: (sql: Sql) => Promise<unknown>): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => {} })
  try {
    await work(sql)
  } finally {
    await sql.end({ timeout: 1 })
  }
}
