import { max } from 'drizzle-orm'
import { codeOf } from './classify-error.ts'
import { opened } from './database.ts'
import type { Database } from './database.ts'
import { schemaMigrations } from './tables.ts'

/** Number of the newest migration that this code needs. Later ones are fine: migrations expand before they contract. */
export const requiredSchemaVersion = 32

const undefinedTable = '42P01'

/** Number of the newest applied migration; 0 for a database that was never migrated. */
export async function readSchemaVersion(database: Database): Promise<number> {
  try {
    const [row] = await opened(database)
      .orm.select({ version: max(schemaMigrations.version) })
      .from(schemaMigrations)
    return row?.version ?? 0
  } catch (error) {
    if (codeOf(error) === undefinedTable) return 0
    throw error
  }
}
