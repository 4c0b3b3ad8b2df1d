import { join } from 'node:path'
import { type Server, startKafka, startPostgres } from '@ads-tracker/local-servers'
import type { Context } from './context.ts'
import { supervise } from './supervise.ts'

/** PostgreSQL 18, supervised; resolves with the URL of its owner. One that the environment names is used as it is. */
export async function postgres(context: Context): Promise<string> {
  const { databaseUrl, ports } = context.settings
  const options = optionsOf(context, 'postgres', ports.postgres)
  return databaseUrl ?? (await supervised(context, 'PostgreSQL', () => startPostgres(options))).url
}

/**
 * Apache Kafka, supervised; resolves with its address. One that the environment names is used as it is.
 * `progress` hears how its download proceeds.
 */
export async function kafka(context: Context, progress: (line: string) => void): Promise<string> {
  const { brokers, ports } = context.settings
  const options = { ...optionsOf(context, 'kafka', ports.kafka), progress }
  return brokers ?? (await supervised(context, 'Kafka', () => startKafka(options))).brokers
}

function optionsOf({ settings, children, say, log }: Context, name: string, port: number) {
  const onSpawn = (pid: number) => children.add(name, pid)
  return { dir: join(settings.dir, name), port, log: log(name), say, onSpawn }
}

async function supervised<T extends Server>(
  { say, onStop }: Context,
  name: string,
  start: () => Promise<T>,
): Promise<T> {
  const server = await start()
  onStop('infrastructure', supervise(server, { name, start, say }).stop)
  return server
}
