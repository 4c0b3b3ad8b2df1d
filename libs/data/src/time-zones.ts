import { opened } from './database.ts'
import type { Database } from './database.ts'

/**
 * The names that PostgreSQL knows, as IANA writes them. It would take more: abbreviations, and POSIX rules. Where
 * a name is an abbreviation as well (CET, EST), it is taken for that, which knows no summer: such names are left out.
 */
export async function listTimeZones(database: Database): Promise<string[]> {
  const rows = await opened(database).sql<{ name: string }[]>`
    select name from pg_timezone_names
    where name !~ '^(posix|right)/' and name not in ('localtime', 'posixrules', 'Factory')
      and (name in ('UTC', 'GMT') or upper(name) not in (select upper(abbrev) from pg_timezone_abbrevs))
    order by name`
  return rows.map(({ name }) => name)
}
