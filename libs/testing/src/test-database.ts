import { randomBytes } from 'node:crypto'
import { copyTemplate, dropDatabase, inDatabase } from './template-database.ts'

export interface TestDatabase {
  /** As the owner `ads`. */
  url: string
  /** As the role `ads_api`. */
  adsApiUrl: string
  /** As the role `click_writer`. */
  clickWriterUrl: string
  drop(): Promise<void>
}

/** A migrated database of the test's own. */
export async function testDatabase(): Promise<TestDatabase> {
  const server = process.env.TEST_DATABASE_URL
  if (!server) throw new Error("there is no PostgreSQL: the project's vitest.config.ts must be serverTests('postgres')")
  const name = `test_${randomBytes(6).toString('hex')}`
  await copyTemplate(server, name)
  return {
    url: inDatabase(server, name),
    adsApiUrl: inDatabase(server, name, 'ads_api'),
    clickWriterUrl: inDatabase(server, name, 'click_writer'),
    drop: () => dropDatabase(server, name),
  }
}
