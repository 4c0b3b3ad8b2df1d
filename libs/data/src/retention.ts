import { opened } from './database.ts'
import type { Database } from './database.ts'
import { retention } from './tables.ts'

/** Days that raw events are kept. */
export async function readRawRetentionDays(database: Database): Promise<number> {
  const [row] = await opened(database).orm.select({ days: retention.raw_days }).from(retention)
  if (row === undefined) throw new Error('the table retention is empty: run the migrate job')
  return row.days
}
