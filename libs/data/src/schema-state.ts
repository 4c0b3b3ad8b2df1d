import type { Database } from './database.ts'
import { readSchemaVersion, requiredSchemaVersion } from './schema-version.ts'

/** Why this code cannot use the schema of the database, or undefined when it can. A newer schema than it needs is fine. */
export async function schemaProblem(database: Database): Promise<string | undefined> {
  const version = await readSchemaVersion(database)
  return version < requiredSchemaVersion
    ? `schema version ${version} is older than ${requiredSchemaVersion}: run the migrate job`
    : undefined
}
