import { join } from 'node:path'
import { startKafka, startPostgres } from '@ads-tracker/local-servers'
import type { KafkaServer, PostgresServer } from '@ads-tracker/local-servers'
import type { Context } from './context.ts'
import { supervise } from './supervise.ts'

/** PostgreSQL 18, supervised; resolves with the URL of its owner. One that the environment names is used as it is. */
export async function postgres({ settings, children, say, onStop, log }: Context): Promise<string> {
  if (settings.databaseUrl) return settings.databaseUrl
  const start = (): Promise<PostgresServer> =>
    startPostgres({
      dir: join(settings.dir, 'postgres'),
      port: settings.ports.postgres,
      log: log('postgres'),
      say,
      onSpawn: (pid) => children.add('postgres', pid),
    })
  const server = await start()
  onStop('infrastructure', supervise(server, { name: 'PostgreSQL', start, say }).stop)
  return server.url
}

/**
 * Apache Kafka, supervised; resolves with its address. One that the environment names is used as it is.
 * `progress` hears how its download proceeds.
 */
export async function kafka(
  { settings, children, say, onStop, log }: Context,
  progress: (line: string) => void,
): Promise<string> {
  if (settings.brokers) return settings.brokers
  const start = (): Promise<KafkaServer> =>
    startKafka({
      dir: join(settings.dir, 'kafka'),
      port: settings.ports.kafka,
      log: log('kafka'),
      say,
      progress,
      onSpawn: (pid) => children.add('kafka', pid),
    })
  const server = await start()
  onStop('infrastructure', supervise(server, { name: 'Kafka', start, say }).stop)
  return server.brokers
}
