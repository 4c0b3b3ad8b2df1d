import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { runJob, testDatabase } from '@ads-tracker/local-servers'
import { type Broker, createBroker } from './broker.ts'
import { connect, numberOf, type Sql } from './database.ts'
import { type Journal, openJournal } from './journal.ts'
import { adCount } from './make-event.ts'
import { prepareOracle } from './oracle/prepare.ts'
import type { Servers } from './servers.ts'
import { type SupervisedApp, supervisedApp } from './supervised-app.ts'

export interface SystemOptions {
  ingests?: number
  writers?: number
  api?: boolean
  /** Reach the broker, or the writer its database, through the proxy. */
  proxied?: { kafka?: boolean; database?: boolean }
  env?: { ingest?: Record<string, string>; writer?: Record<string, string>; api?: Record<string, string> }
  /** Names of files in `src/variants` that are started instead of the app that ships. */
  variant?: { ingest?: string; writer?: string }
  /** Leave the writers for later. */
  start?: boolean
}

/** The three apps with a database and topics of their own, empty but for some ads. */
export interface System {
  servers: Servers
  sql: Sql
  databaseUrl: string
  broker: Broker
  prefix: string
  journal: Journal
  ingests: SupervisedApp[]
  writers: SupervisedApp[]
  /** One more writer of the same group, not started yet. */
  newWriter(): Promise<SupervisedApp>
  api: SupervisedApp | undefined
  /** Environment that the tools need. */
  toolEnv: Record<string, string>
  /** The `next_offset` of each partition, by `topic/partition`. */
  books(): Promise<Map<string, bigint>>
  /** Sum of all `next_offset`: moves with every commit of a writer. */
  position(): Promise<number>
  close(): Promise<void>
}

export async function startSystem(
  servers: Servers,
  { ingests = 1, writers = 1, api = false, proxied = {}, env = {}, variant = {}, start = true }: SystemOptions = {},
): Promise<System> {
  const name = `chaos_${randomBytes(5).toString('hex')}`
  const prefix = `${name}.`
  const { url: databaseUrl, adsApiUrl, clickWriterUrl, drop } = await testDatabase({ server: servers.postgres.url })
  const sql = connect(databaseUrl)
  await prepareOracle(sql)
  await sql`insert into ads (id, image_url, target_url) select id, 'http://127.0.0.1/i', 'http://127.0.0.1/t' from generate_series(1, ${adCount}) as id`
  const toolEnv = { KAFKA_BROKERS: servers.kafka.brokers, TOPIC_PREFIX: prefix, DATABASE_URL: databaseUrl }
  await runJob('topics', toolEnv)

  const kafka = {
    KAFKA_BROKERS: proxied.kafka ? servers.kafka.proxiedBrokers : servers.kafka.brokers,
    TOPIC_PREFIX: prefix,
  }
  const database = new URL(clickWriterUrl)
  if (proxied.database) database.port = String(servers.postgres.proxy.port)
  const writerEnv = { ...kafka, DATABASE_URL: database.href, ...env.writer }
  const newWriter = async () => remember(await supervisedApp('click-writer', writerEnv, variant.writer))
  const apps: SupervisedApp[] = []
  const system: System = {
    servers,
    sql,
    databaseUrl,
    prefix,
    toolEnv,
    newWriter,
    books,
    position: () => numberOf(sql`select sum(next_offset) from ledger`),
    close,
    broker: createBroker(servers.kafka.brokers, prefix),
    journal: await openJournal(join(servers.dir, `${name}.journal`)),
    ingests: await several(ingests, async () =>
      remember(await supervisedApp('click-ingest', { ...kafka, RATE_LIMIT_MAX: '0', ...env.ingest }, variant.ingest)),
    ),
    writers: await several(writers, newWriter),
    api: api
      ? remember(await supervisedApp('ads-api', { DATABASE_URL: adsApiUrl, RATE_LIMIT_MAX: '0', ...env.api }))
      : undefined,
  }
  const wanted = start ? apps : apps.filter((app) => !system.writers.includes(app))
  try {
    await Promise.all(wanted.map((app) => app.start()))
    await Promise.all(wanted.map((app) => app.answers('/readyz', 90_000)))
  } catch (error) {
    const output = apps.map((app) => `${app.name} ${app.endings.join()}:\n${app.output().slice(-2000)}`).join('\n')
    await close()
    throw new Error(`the system did not start: ${String(error)}\n${output}`, { cause: error })
  }
  return system

  function remember(app: SupervisedApp) {
    apps.push(app)
    return app
  }

  async function books() {
    const rows = await sql<
      { name: string; next: string }[]
    >`select topic || '/' || partition as name, next_offset as next from ledger`
    return new Map(rows.map(({ name, next }) => [name, BigInt(next)]))
  }

  async function close() {
    await Promise.all(apps.map((app) => app.stop('SIGKILL')))
    await sql.end({ timeout: 1 })
    await drop()
    await system.broker
      .ask((admin) => admin.deleteTopics({ topics: Object.values(system.broker.topics) }))
      .catch(() => {})
    await system.journal.close()
  }
}

function several<T>(count: number, make: () => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: count }, make))
}
