import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { freePort, type RunningApp, startApp } from '@ads-tracker/local-servers'
import postgres from 'postgres'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { attempt, command } from './support/command.ts'
import { type AdStats, getJson } from './support/get-json.ts'
import { startLoad } from './support/load.ts'
import { type AppName, appNames, startInfrastructure } from './support/native-system.ts'
import { scratchClone } from './support/scratch-clone.ts'

// Two instances of each app, as the smallest deployment that can be replaced one by one.
const instances = 2
const handOverLimitMs = 5000

describe('replacing every app, instance by instance, under load', () => {
  let infrastructure: Awaited<ReturnType<typeof startInfrastructure>>
  let clone: Awaited<ReturnType<typeof scratchClone>>
  let sql: postgres.Sql
  const running = {} as Record<AppName, RunningApp[]>
  const ports = {} as Record<AppName, number[]>

  beforeAll(async () => {
    ;[infrastructure, clone] = await Promise.all([startInfrastructure('rolling'), scratchClone()])
    sql = postgres(infrastructure.database.url, { max: 1, onnotice: () => {} })
    await bundleAll('new')
    const { code } = await attempt('git', ['checkout', '-q', 'HEAD~1'], { cwd: clone.folder })
    if (code !== 0) console.log('there is no previous commit here: the old version is the same as the new one')
    await bundleAll('old')
    for (const app of appNames) {
      ports[app] = await Promise.all(Array.from({ length: instances }, () => freePort()))
      running[app] = await Promise.all(ports[app].map((port) => startVersion('old', app, port)))
    }
  })

  afterAll(async () => {
    await Promise.all(
      Object.values(running)
        .flat()
        .map((app) => app.stop()),
    )
    await sql?.end({ timeout: 1 })
    await infrastructure?.stop()
    clone?.remove()
  })

  it(
    'fails no request, loses and doubles no click, and hands the log over within 5 s',
    { timeout: 240_000 },
    async () => {
      const load = startLoad({
        url: urlsOf('click-ingest'),
        readUrl: urlsOf('ads-api'),
        clicksPerSecond: 200,
        readsPerSecond: 20,
      })
      await pause(2000)
      const handOvers: number[] = []
      for (const app of ['click-writer', 'ads-api', 'click-ingest'] as const) {
        for (let index = 0; index < instances; index++) {
          const start = performance.now()
          const { code, lag } = await watchLag(() => replace(app, index))
          expect(code, running[app][index]?.output()).toBe(0)
          console.log(
            `${app} ${index + 1} of ${instances}: replaced in ${seconds(performance.now() - start)}, the numbers at most ${seconds(lag)} behind`,
          )
          if (app === 'click-writer') handOvers.push(lag)
        }
      }
      const report = await load.stop()
      console.log(report)
      expect(report.failed).toEqual([])
      // beside what says "again" by itself only connections that were not taken
      expect(Object.keys(report.repeated).filter((outcome) => Number(outcome) > 0 && outcome !== '503')).toEqual([])
      await expect.poll(() => clicksIn(running['ads-api'][0]!), { timeout: 15_000 }).toBe(report.acknowledged)
      expect(await books()).toEqual({ imbalance: 0, stored: report.acknowledged, deadLetters: 0 })
      expect(Math.max(...handOvers)).toBeLessThan(handOverLimitMs)
    },
  )

  async function replace(app: AppName, index: number) {
    const start = performance.now()
    const code = await running[app][index]!.stop()
    console.log(`${app} ${index + 1} of ${instances}: stopped in ${seconds(performance.now() - start)}`)
    running[app][index] = await startVersion('new', app, ports[app][index]!)
    const metrics = await (await fetch(`${running[app][index]!.url}/metrics`)).text()
    expect(/build_info\{.*version="(\w+)"/.exec(metrics)?.[1]).toBe('new')
    return code
  }

  // The most that the numbers were behind while `work` went on and in the second after it.
  async function watchLag<T>(work: () => Promise<T>): Promise<{ code: T; lag: number }> {
    let lag = 0
    let watching = true
    const watched = (async () => {
      while (watching) {
        lag = Math.max(lag, await lagNow())
        await pause(50)
      }
    })()
    const code = await work()
    await pause(1000)
    watching = false
    await watched
    return { code, lag }
  }

  async function lagNow(): Promise<number> {
    const [row] = await sql<
      { lag: number }[]
    >`select extract(epoch from now() - min(complete_through)) * 1000 as lag from ledger`
    return Number(row?.lag ?? 0)
  }

  async function books() {
    const [row] = await sql<{ imbalance: number; stored: number; letters: number }[]>`
      select (select coalesce(sum(next_offset - first_offset - counted - duplicates - conflicts - dead_letters), 0)::int from ledger) as imbalance,
        (select count(*)::int from all_clicks) as stored, (select count(*)::int from dead_letters) as letters`
    return { imbalance: row?.imbalance, stored: row?.stored, deadLetters: row?.letters }
  }

  async function clicksIn({ url }: RunningApp): Promise<number> {
    const rows = await getJson<AdStats[]>(`${url}/ads/analytics?ad_id=1`)
    return rows[0]?.clicks ?? 0
  }

  async function bundleAll(version: string) {
    for (const app of appNames) {
      await command(process.execPath, ['tools/build/src/bundle/main.ts', `apps/${app}`], { cwd: clone.folder })
      await command('cp', [
        '-r',
        join(clone.folder, 'apps', app, 'dist/bundle'),
        join(clone.folder, `${version}-${app}`),
      ])
    }
  }

  function startVersion(version: string, app: AppName, port: number): Promise<RunningApp> {
    const env = { ...infrastructure.environmentOf(app), APP_VERSION: version, PORT: String(port) }
    return startApp(app, env, { script: join(clone.folder, `${version}-${app}`, 'main.js') })
  }
  const urlsOf = (app: AppName) => running[app].map(({ url }) => url)
})

const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`
