import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { workspace } from '@ads-tracker/local-servers'

const servers = ['postgres', 'kafka'] as const
type ServerName = (typeof servers)[number]

export interface Port {
  /** Who listens on it. */
  name: string
  variable: string
  port: number
}

export interface Settings {
  /** Where all state is. */
  dir: string
  reset: boolean
  /** These servers and nothing else. */
  only: ServerName[] | undefined
  /** Used instead of a PostgreSQL of our own. */
  databaseUrl: string | undefined
  /** Used instead of a Kafka of our own. */
  brokers: string | undefined
  ports: { gateway: number; adsApi: number; clickIngest: number; clickWriter: number; postgres: number; kafka: number }
}

export const usage = `usage: npm start -- [--reset] [--only kafka,postgres]

  --reset        begins with empty data
  --only LIST    starts these servers and no app
  --help         prints this and starts nothing

Variables: PORT, ADS_API_PORT, CLICK_INGEST_PORT, CLICK_WRITER_PORT, POSTGRES_PORT, KAFKA_PORT, STACK_DIR, and
DATABASE_URL or KAFKA_BROKERS to use a server of yours. Ctrl-C stops everything.`

export class UsageError extends Error {}

/**
 * What `npm start` was asked for.
 * @throws UsageError
 */
export function readSettings(args: string[], env: NodeJS.ProcessEnv): Settings {
  const { reset, only } = readArguments(args)
  return {
    dir: env.STACK_DIR ? resolve(env.STACK_DIR) : resolve(workspace, '.stack'),
    reset,
    only,
    databaseUrl: env.DATABASE_URL || undefined,
    brokers: env.KAFKA_BROKERS || undefined,
    ports: {
      gateway: port(env, 'PORT', 8080),
      adsApi: port(env, 'ADS_API_PORT', 3001),
      clickIngest: port(env, 'CLICK_INGEST_PORT', 3002),
      clickWriter: port(env, 'CLICK_WRITER_PORT', 3003),
      postgres: port(env, 'POSTGRES_PORT', 54320),
      kafka: port(env, 'KAFKA_PORT', 19092),
    },
  }
}

/** The ports that must be free. */
export function neededPorts({ ports, only, databaseUrl, brokers }: Settings): Port[] {
  const wants = (server: ServerName) => only === undefined || only.includes(server)
  const postgres = wants('postgres') && !databaseUrl
  const kafka = wants('kafka') && !brokers
  const apps = only === undefined
  const all: [needed: boolean, name: string, variable: string, port: number][] = [
    [postgres, 'PostgreSQL', 'POSTGRES_PORT', ports.postgres],
    [kafka, 'Kafka', 'KAFKA_PORT', ports.kafka],
    [kafka, "Kafka's controller", 'KAFKA_PORT, plus one', ports.kafka + 1],
    [apps, 'ads-api', 'ADS_API_PORT', ports.adsApi],
    [apps, 'click-ingest', 'CLICK_INGEST_PORT', ports.clickIngest],
    [apps, 'click-writer', 'CLICK_WRITER_PORT', ports.clickWriter],
    [apps, 'the gateway', 'PORT', ports.gateway],
  ]
  return all.flatMap(([needed, name, variable, port]) => (needed ? [{ name, variable, port }] : []))
}

function readArguments(args: string[]): Pick<Settings, 'reset' | 'only'> {
  const options = { reset: { type: 'boolean', default: false }, only: { type: 'string' } } as const
  try {
    const { reset, only } = parseArgs({ args, options }).values
    return { reset, only: only === undefined ? undefined : serverNames(only) }
  } catch (error) {
    throw error instanceof UsageError ? error : new UsageError(`${(error as Error).message}\n\n${usage}`)
  }
}

function serverNames(list: string): ServerName[] {
  const names = list.split(',').map((name) => name.trim())
  const known = servers.filter((server) => names.includes(server))
  if (known.length === 0 || known.length < names.length)
    throw new UsageError(`--only takes kafka, postgres, or both with a comma between, not '${list}'`)
  return known
}

function port(env: NodeJS.ProcessEnv, name: string, fallback: number): number {
  const value = env[name] || String(fallback)
  const number = Number(value)
  if (!/^\d+$/.test(value) || number < 1 || number > 65534)
    throw new UsageError(`${name} must be a port from 1 to 65534`)
  return number
}
