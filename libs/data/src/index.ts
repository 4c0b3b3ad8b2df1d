export { createDatabase, type Database, type DatabaseOptions, type Tls } from './database.ts'
export { ChangedMigrationError, migrate, type MigrateOptions } from './migrate.ts'
export { readSchemaVersion, requiredSchemaVersion } from './schema-version.ts'
