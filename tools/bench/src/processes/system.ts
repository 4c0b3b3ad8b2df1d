import { topicNames, type TopicNames } from '@ads-tracker/events'
import { bundleOf, type TestDatabase } from '@ads-tracker/local-servers'
import type { Context } from '../context.ts'
import { type Broker, startBroker } from './broker.ts'
import { type DatabaseServer, startDatabase } from './database.ts'
import { runJob } from './job.ts'
import { type Program, startProgram } from './program.ts'

export interface System {
  broker: Broker
  server: DatabaseServer
  database: TestDatabase
  prefix: string
  topics: TopicNames
  startIngest(env?: Record<string, string>): Promise<Program>
  startWriter(env?: Record<string, string>): Promise<Program>
  startApi(env?: Record<string, string>): Promise<Program>
}

/** Kafka, PostgreSQL, an empty database and its topics; the apps when they are asked for. */
export async function startSystem(context: Context, { ads = 1000 } = {}): Promise<System> {
  const [broker, server] = await Promise.all([startBroker(context.say), startDatabase(context.say)])
  context.open(broker)
  context.open(server)
  return systemOn(context, { broker, server, prefix: '', ads })
}

/** The same on servers that run already. */
export async function systemOn(
  context: Context,
  { broker, server, prefix, ads = 1000 }: { broker: Broker; server: DatabaseServer; prefix: string; ads?: number },
): Promise<System> {
  const database = await server.fresh(ads)
  const kafka = { KAFKA_BROKERS: broker.brokers, TOPIC_PREFIX: prefix }
  await runJob('tools/cli/src/main.ts', { ...kafka, DATABASE_URL: database.url }, ['topics'])
  const start = async (name: string, env: Record<string, string>) =>
    context.open(await startProgram({ name, script: await bundleOf(name), env, profileTo: context.profileTo }))
  return {
    broker,
    server,
    database,
    prefix,
    topics: topicNames(prefix),
    startIngest: (env) => start('click-ingest', { ...kafka, RATE_LIMIT_MAX: '0', ...env }),
    startWriter: (env) => start('click-writer', { ...kafka, DATABASE_URL: database.clickWriterUrl, ...env }),
    startApi: (env) => start('ads-api', { DATABASE_URL: database.adsApiUrl, RATE_LIMIT_MAX: '0', ...env }),
  }
}
