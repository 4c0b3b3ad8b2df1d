import { createDatabase, type Database } from '@ads-tracker/data'
import { entry, runSource, testDatabase, type TestDatabase } from '@ads-tracker/local-servers'
import { afterAll, beforeAll } from 'vitest'

/** A database for the tests of a file, and the jobs of tools/cli run on it. */
export function useDatabase() {
  const used = { run, db: undefined as unknown as TestDatabase, database: undefined as unknown as Database }
  beforeAll(async () => {
    used.db = await testDatabase()
    used.database = createDatabase({ url: used.db.url, max: 1 })
  })
  afterAll(async () => {
    await used.database?.close()
    await used.db?.drop()
  })
  return used

  function run(args: string[], env: NodeJS.ProcessEnv = {}) {
    return runSource(entry('tools/cli'), args, { DATABASE_URL: used.db.url, ...env })
  }
}
