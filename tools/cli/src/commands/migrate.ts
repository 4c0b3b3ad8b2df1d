import { createBatchStore, databaseAddress, databaseSettings, migrate } from '@ads-tracker/data'
import { secret } from '@ads-tracker/service-kit'
import { Type } from '@sinclair/typebox'
import type { Command } from 'commander'
import { readConfig, withConnection } from '../connection.ts'

const Config = Type.Object({
  ...databaseSettings,
  ADS_API_DB_PASSWORD: Type.Optional(secret({ description: 'Password of the role ads_api; unchanged when absent' })),
  CLICK_WRITER_DB_PASSWORD: Type.Optional(
    secret({ description: 'Password of the role click_writer; unchanged when absent' }),
  ),
  RAW_RETENTION_DAYS: Type.Optional(
    Type.Integer({
      minimum: 8,
      description: "Days that raw events are kept, more than the topics' 7; 90 from the start",
    }),
  ),
  DEAD_LETTER_RETENTION_DAYS: Type.Optional(
    Type.Integer({
      minimum: 8,
      description: "Days that dead letters are kept, more than the topics' 7; 30 from the start",
    }),
  ),
})

const upkeepMs = 10_000

export function addMigrate(program: Command): void {
  withConnection(program.command('migrate'))
    .description('updates the database schema and creates the partitions of the next days')
    .action((_options, command: Command) => run(command))
}

async function run(command: Command): Promise<void> {
  const config = readConfig(Config, command)
  const database = databaseAddress(config)
  const { applied } = await migrate({
    ...database,
    log: console.log,
    passwords: { ads_api: config.ADS_API_DB_PASSWORD, click_writer: config.CLICK_WRITER_DB_PASSWORD },
    retention: { rawDays: config.RAW_RETENTION_DAYS, deadLetterDays: config.DEAD_LETTER_RETENTION_DAYS },
  })
  console.log(`${applied.length} migrations applied, ${await makePartitions(database)}`)
}

// The schema is complete without it, and the writer does the rest: removing old events may take longer than a deploy.
async function makePartitions(database: ReturnType<typeof databaseAddress>): Promise<string> {
  const store = createBatchStore({ ...database, name: 'migrate' })
  try {
    const { daysAhead } = await store.maintainPartitions({ forMs: upkeepMs })
    return `${daysAhead} days of partitions ahead`
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    return `but partition maintenance failed: ${reason}. The writer retries it.`
  } finally {
    await store.close()
  }
}
