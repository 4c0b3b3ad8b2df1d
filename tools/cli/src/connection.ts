import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import {
  createDatabase,
  type Database,
  databaseAddress,
  type DatabaseSettings,
  databaseSettings,
} from '@ads-tracker/data'
import { ConfigError, loadConfig } from '@ads-tracker/service-kit'
import { type Static, type TObject, Type } from '@sinclair/typebox'
import type { Command } from 'commander'

type Environment = Record<string, string | undefined>

interface ConnectionOptions {
  databaseUrl?: string
  kafkaBrokers?: string
  stackDir?: string
}

const servers = ['DATABASE_URL', 'KAFKA_BROKERS'] as const

/** Adds the options by which every job finds its servers. */
export function withConnection(command: Command): Command {
  return command
    .option('--database-url <url>', 'PostgreSQL, as the owner (DATABASE_URL: keeps a password off the command line)')
    .option('--kafka-brokers <list>', 'host:port of each broker, comma separated (KAFKA_BROKERS)')
    .option('--stack-dir <folder>', 'folder of the npm start whose servers are used when none are named (STACK_DIR)')
}

const Store = Type.Object(databaseSettings)

/** Does `work` with the database that the options, the environment or `npm start` name; `schema` has more variables than those. */
export async function withDatabase<T extends TObject = typeof Store>(
  command: Command,
  work: (database: Database, config: Static<T>) => Promise<unknown>,
  { schema, statementTimeoutMs }: { schema?: T; statementTimeoutMs?: number } = {},
): Promise<void> {
  const config = readConfig(schema ?? (Store as TObject as T), command)
  const name = (command.parent?.parent ? command.parent : command).name()
  const limit = statementTimeoutMs === undefined ? {} : { statementTimeoutMs }
  const database = createDatabase({ ...databaseAddress(config as DatabaseSettings), name, max: 1, ...limit })
  try {
    await work(database, config)
  } finally {
    await database.close()
  }
}

/**
 * The variables that `schema` names. Servers are those of the options, else those of the environment, else those of
 * `npm start`. With one of them named, none is taken from `npm start`: a job never works on two systems at once.
 * @throws ConfigError
 */
export function readConfig<T extends TObject>(schema: T, command: Command, env: Environment = process.env): Static<T> {
  const { databaseUrl, kafkaBrokers, stackDir } = command.optsWithGlobals<ConnectionOptions>()
  const given: Environment = {
    ...env,
    ...(databaseUrl !== undefined && { DATABASE_URL: databaseUrl }),
    ...(kafkaBrokers !== undefined && { KAFKA_BROKERS: kafkaBrokers }),
    ...(stackDir !== undefined && { STACK_DIR: stackDir }),
  }
  const named = servers.some((name) => given[name] || given[`${name}_FILE`])
  const complete = named || given.NODE_ENV === 'production' ? given : { ...given, ...ofStack(given.STACK_DIR) }
  const missing = servers.filter(
    (name) => name in schema.properties && !complete[name] && !(complete[`${name}_FILE`] && name === 'DATABASE_URL'),
  )
  if (missing.length > 0 && (named || given.NODE_ENV === 'production'))
    throw new ConfigError(missing.map((name) => `${name}: is required (${schema.properties[name]?.description})`))
  return loadConfig(schema, complete)
}

// tools/stack writes the file when its servers are ready. Without it, the defaults are the ports that npm start has by default.
function ofStack(dir: string | undefined): Environment {
  const folder = dir ? resolve(dir) : resolve(import.meta.dirname, '../../../.stack')
  try {
    const { DATABASE_URL, KAFKA_BROKERS } = JSON.parse(readFileSync(join(folder, 'servers.json'), 'utf8'))
    return { ...(DATABASE_URL && { DATABASE_URL }), ...(KAFKA_BROKERS && { KAFKA_BROKERS }) }
  } catch {
    return {}
  }
}
