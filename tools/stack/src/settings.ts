import { resolve } from 'node:path'
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
  return [
    ...(wants('postgres') && !databaseUrl
      ? [{ name: 'PostgreSQL', variable: 'POSTGRES_PORT', port: ports.postgres }]
      : []),
    ...(wants('kafka') && !brokers
      ? [
          { name: 'Kafka', variable: 'KAFKA_PORT', port: ports.kafka },
          { name: "Kafka's controller", variable: 'KAFKA_PORT, plus one', port: ports.kafka + 1 },
        ]
      : []),
    ...(only === undefined
      ? [
          { name: 'ads-api', variable: 'ADS_API_PORT', port: ports.adsApi },
          { name: 'click-ingest', variable: 'CLICK_INGEST_PORT', port: ports.clickIngest },
          { name: 'click-writer', variable: 'CLICK_WRITER_PORT', port: ports.clickWriter },
          { name: 'the gateway', variable: 'PORT', port: ports.gateway },
        ]
      : []),
  ]
}

function readArguments(args: string[]): Pick<Settings, 'reset' | 'only'> {
  let reset = false
  let only: ServerName[] | undefined
  const rest = args.flatMap((arg) => (arg.startsWith('--only=') ? ['--only', arg.slice(7)] : [arg]))
  while (rest.length > 0) {
    const arg = rest.shift()
    if (arg === '--reset') reset = true
    else if (arg === '--only') only = serverNames(rest.shift())
    else throw new UsageError(`unknown argument ${arg}: there are --reset and --only kafka,postgres`)
  }
  return { reset, only }
}

function serverNames(list = ''): ServerName[] {
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
