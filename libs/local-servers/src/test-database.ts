import { randomBytes } from 'node:crypto'
import { copyTemplate, createEmpty, dropDatabase, inDatabase } from './template-database.ts'

export interface TestDatabase {
  /** As the owner `ads`. */
  url: string
  /** As the role `ads_api`. */
  adsApiUrl: string
  /** As the role `click_writer`. */
  clickWriterUrl: string
  drop(): Promise<void>
}

/** A database of the test's own: migrated, or `empty` as a server has it at first. `server` was given to `prepareTemplate`. */
export async function testDatabase({
  empty = false,
  server = process.env.TEST_DATABASE_URL,
} = {}): Promise<TestDatabase> {
  if (!server) throw new Error("there is no PostgreSQL: the project's vitest.config.ts must be serverTests('postgres')")
  const name = `test_${randomBytes(6).toString('hex')}`
  await (empty ? createEmpty : copyTemplate)(server, name)
  return {
    url: inDatabase(server, name),
    adsApiUrl: inDatabase(server, name, 'ads_api'),
    clickWriterUrl: inDatabase(server, name, 'click_writer'),
    drop: () => dropDatabase(server, name),
  }
}
