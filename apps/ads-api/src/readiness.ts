import { type Database, readSchemaVersion, requiredSchemaVersion } from '@ads-tracker/data'
import type { Readiness } from '@ads-tracker/service-kit'

/** Ready when PostgreSQL answers and its schema is new enough: an app waits for the migration, it never runs one. */
export function databaseReadiness(query: <T>(work: (database: Database) => Promise<T>) => Promise<T>): Readiness {
  return async () => {
    try {
      const version = await query(readSchemaVersion)
      return { postgres: 'up', schema: version >= requiredSchemaVersion ? 'up' : `is at ${version}, needs ${requiredSchemaVersion}: run the migrations` }
    } catch (error) {
      return { postgres: error instanceof Error ? error.message : 'down', schema: 'unknown' }
    }
  }
}
