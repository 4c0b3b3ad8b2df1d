import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  freePort,
  removePostgresData,
  runJob,
  type RunningApp,
  startApp,
  startKafka,
  startPostgres,
} from '@ads-tracker/local-servers'

export const appNames = ['ads-api', 'click-ingest', 'click-writer'] as const
export type AppName = (typeof appNames)[number]

/** PostgreSQL and Kafka on this machine, migrated, with topics and sample ads. `environmentOf` is what an app needs to use them. */
export async function startInfrastructure(name: string) {
  const folder = mkdtempSync(join(tmpdir(), `ads-tracker-${name}-`))
  chmodSync(folder, 0o755)
  const [database, kafka] = await Promise.all([
    startPostgres({ dir: join(folder, 'postgres'), port: await freePort(), endsWithParent: true }),
    startKafka({
      dir: join(folder, 'kafka'),
      port: await freePort(),
      controllerPort: await freePort(),
      endsWithParent: true,
    }),
  ])
  const owner = {
    DATABASE_URL: database.url,
    KAFKA_BROKERS: kafka.brokers,
    ADS_API_DB_PASSWORD: 'ads_api',
    CLICK_WRITER_DB_PASSWORD: 'click_writer',
  }
  for (const job of ['migrate', 'topics', 'seed']) await runJob(job, owner)
  return { folder, database, kafka, environmentOf, stop }

  function environmentOf(app: AppName): Record<string, string> {
    const url = new URL(database.url)
    url.username = url.password = app.replace('-', '_')
    return { DATABASE_URL: url.href, KAFKA_BROKERS: kafka.brokers, RATE_LIMIT_MAX: '0' }
  }

  async function stop(): Promise<void> {
    await Promise.all([database.stop(), kafka.stop()])
    removePostgresData(join(folder, 'postgres'))
    rmSync(folder, { recursive: true, force: true })
  }
}

/** The three apps as they are in the source, on the infrastructure. */
export async function startApps(
  environmentOf: (app: AppName) => Record<string, string>,
): Promise<Record<AppName, RunningApp>> {
  const running = await Promise.all(appNames.map((app) => startApp(app, environmentOf(app))))
  return Object.fromEntries(appNames.map((app, index) => [app, running[index]])) as Record<AppName, RunningApp>
}
