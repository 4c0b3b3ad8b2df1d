import { createBatchStore, databaseAddress, databaseSettings, migrate } from '@ads-tracker/data'
import { secret } from '@ads-tracker/service-kit'
import { Type } from '@sinclair/typebox'
import type { Command } from 'commander'
import { readConfig, withConnection } from '../connection.ts'

const Config = Type.Object({
  ...databaseSettings,
  ADS_API_DB_PASSWORD: rolePassword('ads_api'),
  CLICK_WRITER_DB_PASSWORD: rolePassword('click_writer'),
  RAW_RETENTION_DAYS: retentionDays('raw events', 90),
  DEAD_LETTER_RETENTION_DAYS: retentionDays('dead letters', 30),
})

function retentionDays(what: string, initial: number) {
  const description = `Days that ${what} are kept, more than the topics' 7; ${initial} from the start`
  return Type.Optional(Type.Integer({ minimum: 8, description }))
}

function rolePassword(role: string) {
  return Type.Optional(secret({ description: `Password of the role ${role}; unchanged when absent` }))
}

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
