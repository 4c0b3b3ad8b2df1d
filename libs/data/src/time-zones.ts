import { opened } from './database.ts'
import type { Database } from './database.ts'

/** The names that PostgreSQL knows, as IANA writes them. It would take more: abbreviations, and rules that nobody meant. */
export async function listTimeZones(database: Database): Promise<string[]> {
  const rows = await opened(database).sql<{ name: string }[]>`
    select name from pg_timezone_names where name !~ '^(posix|right)/' and name not in ('localtime', 'posixrules', 'Factory') order by name`
  return rows.map(({ name }) => name)
}
