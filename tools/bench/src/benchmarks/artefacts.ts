import { spawnSync } from 'node:child_process'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { readFileSync } from 'node:fs'
import { workspace } from '@ads-tracker/testing'
import type { Context } from '../context.ts'
import { bundleOf } from '../processes/bundles.ts'
import { cpuOf, residentBytes, stopwatch } from '../processes/cpu.ts'
import type { Program } from '../processes/program.ts'
import { startSystem } from '../processes/system.ts'
import type { Figure, Result } from '../result.ts'

const apps = ['ads-api', 'click-ingest', 'click-writer']

/** What ships and what it costs to have it: size of each bundle, time from start to ready, memory and CPU while idle. */
export async function artefacts(context: Context): Promise<Result> {
  const figures: Figure[] = []
  for (const app of apps) {
    const script = join(workspace, await bundleOf(app))
    figures.push({ name: `${app}: bundle`, unit: 'MiB', samples: [statSync(script).size / 1024 ** 2], better: 'lower' })
    figures.push({ name: `${app}: bundle, compressed`, unit: 'MiB', samples: [gzipSync(readFileSync(script)).length / 1024 ** 2], better: 'lower' })
    figures.push({ name: `${app}: to refuse a bad configuration`, unit: 'ms', samples: times(context.rounds, () => refuse(script)), better: 'lower' })
  }
  const system = await startSystem(context, { ads: 10 })
  const starts: Record<string, () => Promise<Program>> = { 'ads-api': system.startApi, 'click-ingest': system.startIngest, 'click-writer': system.startWriter }
  const running: [string, Program][] = []
  for (const [app, start] of Object.entries(starts)) {
    const began = performance.now()
    const program = await start()
    figures.push({ name: `${app}: from start to ready`, unit: 'ms', samples: [performance.now() - began], better: 'lower' })
    running.push([app, program])
  }
  await pause(3000)
  context.say('idle')
  const read = stopwatch(Object.fromEntries(running.map(([app, { pid }]) => [app, () => cpuOf(pid)])))
  await pause(context.seconds * 1000)
  const used = read()
  for (const [app, { pid }] of running) {
    figures.push({ name: `${app}: CPU while idle`, unit: 'ms/s', samples: [(used[app] ?? NaN) / 1000 / context.seconds], better: 'lower' })
    figures.push({ name: `${app}: memory while idle`, unit: 'MiB', samples: [residentBytes(pid) / 1024 ** 2], better: 'lower' })
  }
  return { benchmark: 'artefacts', figures, goals: [], checks: [], plots: [], notes: [] }
}

// The shortest life of an app: it loads everything, finds PORT wrong and exits with 78.
function refuse(script: string): number {
  const start = performance.now()
  const { status } = spawnSync(process.execPath, [script], { env: { PATH: process.env.PATH, PORT: 'none' } })
  if (status !== 78) throw new Error(`${script} exited with ${status} on a bad configuration`)
  return performance.now() - start
}

function times(count: number, measure: () => number): number[] {
  return Array.from({ length: count }, measure)
}
