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
  return postgres(url, { max, onnotice: () => {}, connect_timeout: 5, backoff: () => 0.2, connection: { application_name: 'chaos', TimeZone: 'UTC' } })
}

/** Makes a migrated database of that name, by copying one that is migrated once a run. */
export async function makeDatabase(serverUrl: string, name: string): Promise<string> {
  const sql = connect(serverUrl, 1)
  try {
    const [found] = await sql`select from pg_database where datname = ${template}`
    if (!found) {
      await sql`create database ${sql(template)}`
      await migrate({ url: inDatabase(serverUrl, template), passwords })
    }
    await sql`create database ${sql(name)} template ${sql(template)}`
  } finally {
    await sql.end({ timeout: 1 })
  }
  return inDatabase(serverUrl, name)
}

export async function dropDatabase(serverUrl: string, name: string): Promise<void> {
  const sql = connect(serverUrl, 1)
  await sql`drop database if exists ${sql(name)} with (force)`
  await sql.end({ timeout: 1 })
}
