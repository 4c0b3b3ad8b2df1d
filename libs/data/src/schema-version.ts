import { max } from 'drizzle-orm'
import { opened } from './database.ts'
import type { Database } from './database.ts'
import { schemaMigrations } from './tables.ts'

/** Number of the newest migration that this code needs. A later one does no harm: migrations expand before they contract. */
export const requiredSchemaVersion = 32

/** Number of the newest migration that was applied; 0 for a database that has never been migrated. */
export async function readSchemaVersion(database: Database): Promise<number> {
  try {
    const [row] = await opened(database)
      .orm.select({ version: max(schemaMigrations.version) })
      .from(schemaMigrations)
    return row?.version ?? 0
  } catch (error) {
    if (isUndefinedTable(error)) return 0
    throw error
  }
}

function isUndefinedTable(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined
  return [error, cause].some((each) => (each as { code?: unknown } | undefined)?.code === '42P01')
}
