import { migrate } from '@ads-tracker/data'
import postgres from 'postgres'

export type Sql = postgres.Sql

const template = 'chaos_template'
const passwords = { ads_api: 'ads_api', click_writer: 'click_writer' }

/** The same server, another database; another role when one is given (password equal to its name). */
export function inDatabase(url: string, name: string, role?: string): string {
  const changed = new URL(url)
  changed.pathname = `/${name}`
  if (role) changed.username = changed.password = role
  return changed.href
}

export function connect(url: string, max = 4): Sql {
  return postgres(url, {
    max,
    onnotice: () => {},
    connect_timeout: 5,
    backoff: () => 0.2,
    connection: { application_name: 'chaos', TimeZone: 'UTC' },
  })
}

/** Migrates the database that all others are copies of. */
export async function makeTemplate(serverUrl: string): Promise<void> {
  await once(serverUrl, (sql) => sql`create database ${sql(template)}`)
  await migrate({ url: inDatabase(serverUrl, template), passwords })
}

/** Makes a migrated database of that name; resolves with its URL. */
export async function makeDatabase(serverUrl: string, name: string): Promise<string> {
  await once(serverUrl, (sql) => sql`create database ${sql(name)} template ${sql(template)}`)
  return inDatabase(serverUrl, name)
}

export async function dropDatabase(serverUrl: string, name: string): Promise<void> {
  await once(serverUrl, (sql) => sql`drop database if exists ${sql(name)} with (force)`)
}

async function once(url: string, work: (sql: Sql) => Promise<unknown>): Promise<void> {
  const sql = connect(url, 1)
  try {
    await work(sql)
  } finally {
    await sql.end({ timeout: 1 })
  }
}
