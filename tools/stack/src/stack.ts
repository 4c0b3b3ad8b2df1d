import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { removeKafkaData, removePostgresData, within } from '@ads-tracker/local-servers'
import { addresses } from './addresses.ts'
import { app } from './apps.ts'
import { recordChildren } from './children.ts'
import { layers, type Context, type Layer, type Stop } from './context.ts'
import { takeFolder } from './folder.ts'
import { kafka, postgres } from './infrastructure.ts'
import { apiKey, job } from './jobs.ts'
import { assertFree } from './ports.ts'
import type { Screen } from './screen.ts'
import { neededPorts, type Settings } from './settings.ts'
import { runSteps, step } from './steps.ts'

// 10 s in all: the gateway, the apps and the servers each have theirs.
const patience: Record<Layer, number> = { gateway: 1200, apps: 3500, infrastructure: 3000 }

/** The system on this machine. `start` resolves with the table of addresses when everything is ready. */
export function createStack(settings: Settings, { screen, drawing }: { screen: Screen; drawing: boolean }) {
  const stops: Record<Layer, Stop[]> = { gateway: [], apps: [], infrastructure: [] }
  const release = takeFolder(settings.dir)
  const children = recordChildren(settings.dir)
  const context: Context = {
    settings,
    children,
    say: screen.say,
    onStop: (layer, stop) => void stops[layer].push(stop),
    cache: join(settings.dir, 'compile-cache'),
    log: (name) => join(settings.dir, 'logs', `${name}.log`),
  }
  const startKafka = (show: (line: string) => void) => kafka(context, drawing ? show : screen.say)
  return { start, stop }

  async function start(): Promise<string[]> {
    const orphans = await children.endAll(5000)
    if (orphans.length > 0) screen.say(`stopped processes of an earlier run: ${orphans.join(', ')}`)
    await assertFree(neededPorts(settings))
    if (settings.reset) reset(settings)
    emptyLogs(settings.dir)
    return settings.only ? startServers() : startAll()
  }

  async function startServers(): Promise<string[]> {
    const wants = (name: 'postgres' | 'kafka') => settings.only?.includes(name)
    const database = wants('postgres') ? step('PostgreSQL', [], () => postgres(context)) : undefined
    const broker = wants('kafka') ? step('Kafka', [], startKafka) : undefined
    const steps = [database, broker].filter((one) => one !== undefined)
    await runSteps(steps, { drawing })
    const found = { databaseUrl: await database?.done, brokers: await broker?.done }
    recordServers(settings.dir, found)
    return addresses.servers({ ...found, settings })
  }

  async function startAll(): Promise<string[]> {
    const { ports, databaseUrl, dir } = settings
    const site = join(dir, 'site')
    const behindGateway = { TRUST_PROXY: '127.0.0.1/32', RATE_LIMIT_MAX: '0' }
    // A database of the user's has its own roles and passwords: the apps connect as the user named in its URL.
    const as = async (role: 'ads_api' | 'click_writer') =>
      databaseUrl ?? Object.assign(new URL(await database.done), { username: role, password: role }).href

    const database = step('PostgreSQL', [], () => postgres(context))
    const broker = step('Kafka', [], startKafka)
    const tables = step('tables', [database], async () => {
      const roles = !databaseUrl && { ADS_API_DB_PASSWORD: 'ads_api', CLICK_WRITER_DB_PASSWORD: 'click_writer' }
      await job(context, { name: 'migrate', env: { DATABASE_URL: await database.done, ...roles } })
    })
    const ads = step('sample ads', [tables], async () =>
      job(context, { name: 'seed', env: { DATABASE_URL: await database.done } }),
    )
    const key = step('API key', [tables], async () => apiKey(context, await database.done))
    const topics = step('topics', [broker, tables], async () => {
      const env = { DATABASE_URL: await database.done, KAFKA_BROKERS: await broker.done }
      await job(context, { name: 'topics', env })
    })
    const adsApi = step('ads-api', [tables], async () =>
      app(context, {
        ...one('ads-api', ports.adsApi),
        env: { DATABASE_URL: await as('ads_api'), ...behindGateway },
      }),
    )
    const clickIngest = step('click-ingest', [topics], async () =>
      app(context, {
        ...one('click-ingest', ports.clickIngest),
        env: { KAFKA_BROKERS: await broker.done, ...behindGateway },
      }),
    )
    const clickWriter = step('click-writer', [topics], async () =>
      app(context, {
        ...one('click-writer', ports.clickWriter),
        env: { DATABASE_URL: await as('click_writer'), KAFKA_BROKERS: await broker.done },
      }),
    )
    const pages = step('pages', [], async () => job(context, { name: 'pages', args: [site], env: {} }))
    const gateway = step('gateway', [adsApi, clickIngest, pages], async () =>
      app(context, {
        name: 'gateway',
        script: 'tools/stack/src/gateway/main.ts',
        layer: 'gateway',
        port: ports.gateway,
        ready: '/livez',
        env: { ADS_API_URL: await adsApi.done, CLICK_INGEST_URL: await clickIngest.done, SITE_DIR: site },
      }),
    )

    const steps = [database, broker, tables, topics, ads, key, adsApi, clickIngest, clickWriter, pages, gateway]
    await runSteps(steps, { drawing })
    const found = { databaseUrl: await database.done, brokers: await broker.done }
    recordServers(dir, found)
    return addresses.all({ ...found, settings, apiKey: await key.done })
  }

  /** Stops everything, apps before infrastructure, and gives the folder back. */
  async function stop(): Promise<void> {
    for (const layer of layers)
      await within(patience[layer] + 500, Promise.all(stops[layer].map((one) => one(patience[layer]))))
    // Whatever was just being started when the stop came.
    await children.close(1000)
    release()
  }
}

const one = (name: string, port: number) => ({ name, script: `apps/${name}/src/main.ts`, layer: 'apps' as const, port })

function reset({ dir, databaseUrl, brokers }: Settings): void {
  if (!databaseUrl) removePostgresData(join(dir, 'postgres'))
  if (!brokers) removeKafkaData(join(dir, 'kafka'))
  for (const name of ['api-key', 'compile-cache']) rmSync(join(dir, name), { recursive: true, force: true })
}

// For the jobs of tools/cli. Only its owner may read it: it has a password.
function recordServers(dir: string, { databaseUrl, brokers }: { databaseUrl?: string; brokers?: string }): void {
  const file = join(dir, 'servers.json')
  rmSync(file, { force: true })
  const servers = JSON.stringify({ DATABASE_URL: databaseUrl, KAFKA_BROKERS: brokers }, null, 2)
  writeFileSync(file, `${servers}\n`, { mode: 0o600 })
}

function emptyLogs(dir: string): void {
  const logs = join(dir, 'logs')
  mkdirSync(logs, { recursive: true })
  for (const name of readdirSync(logs)) writeFileSync(join(logs, name), '')
}
