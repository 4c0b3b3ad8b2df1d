import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { bundleOf, workspace } from '@ads-tracker/local-servers'
import type { Context } from '../context.ts'
import { plainBundleOf } from '../processes/plain-bundle.ts'
import { cpuOf, residentBytes, stopwatch } from '../processes/cpu.ts'
import { imageBytes } from '../processes/images.ts'
import { type Program, startProgram } from '../processes/program.ts'
import { startSystem } from '../processes/system.ts'
import { atMost, type Figure, type Goal, type Result } from '../result.ts'
import { median, ratios } from '../statistics.ts'

const apps = ['ads-api', 'click-ingest', 'click-writer']
const floor = 'bare Fastify'
const megabyte = 1e6

/** What ships and what it costs to have it: size of each bundle and image, time from start to ready, memory and CPU while idle. */
export async function artefacts(context: Context): Promise<Result> {
  const figures: Figure[] = []
  const goals: Goal[] = []
  const notes: string[] = []
  const lower = (name: string, unit: string, samples: number[]) =>
    figures.push({ name, unit, samples, better: 'lower' })

  for (const app of apps) {
    const script = join(workspace, await bundleOf(app))
    const code = readFileSync(script)
    lower(`${app}: bundle`, 'MB', [code.length / megabyte])
    lower(`${app}: bundle, compressed`, 'MB', [gzipSync(code).length / megabyte])
    goals.push(atMost(`${app}: bundle, MB`, code.length / megabyte, 3))
    const image = imageBytes(app)
    if (image === undefined) notes.push(`there is no image of ${app} here to weigh: npx nx image ${app}`)
    else lower(`${app}: image`, 'MB', [image / megabyte])
    lower(
      `${app}: to refuse a bad configuration`,
      'ms',
      times(context.rounds, () => refuse(script)),
    )
  }

  const { readyAfter, running } = await startInTurns(context)
  lower('Node alone: node -e 0', 'ms', times(context.rounds, nothing))
  for (const [name, samples] of readyAfter) {
    lower(`${name}: from start to ready`, 'ms', samples)
    if (name === floor) continue
    lower(`${name}: from start to ready / ${floor}`, 'ratio', ratios(samples, readyAfter.get(floor) ?? []))
    goals.push(atMost(`${name}: from start to ready, ms`, median(samples), 1000))
  }

  await pause(3000)
  context.say('idle')
  const read = stopwatch(Object.fromEntries([...running].map(([name, { pid }]) => [name, () => cpuOf(pid)])))
  await pause(context.seconds * 1000)
  const used = read()
  for (const [name, { pid }] of running) {
    const memory = residentBytes(pid) / megabyte
    lower(`${name}: CPU while idle`, 'ms/s', [(used[name] ?? NaN) / 1000 / context.seconds])
    lower(`${name}: memory while idle`, 'MB', [memory])
    if (name !== floor) goals.push(atMost(`${name}: memory while idle, MB`, memory, 90))
  }
  return { benchmark: 'artefacts', figures, goals, checks: [], plots: [], notes }
}

/** Starts the apps and the floor in every round, while what they depend on is up. The last of each keeps running. */
async function startInTurns(context: Context) {
  const system = await startSystem(context, { ads: 10 })
  const script = await plainBundleOf('ready-floor')
  const starts: Record<string, () => Promise<Program>> = {
    [floor]: async () => context.open(await startProgram({ name: 'ready-floor', script })),
    'ads-api': system.startApi,
    'click-ingest': system.startIngest,
    'click-writer': system.startWriter,
  }
  const readyAfter = new Map<string, number[]>()
  const running = new Map<string, Program>()
  for (let round = 1; round <= context.rounds; round++) {
    for (const [name, start] of Object.entries(starts)) {
      await running.get(name)?.stop()
      const program = await start()
      running.set(name, program)
      readyAfter.set(name, [...(readyAfter.get(name) ?? []), program.readyAfter])
    }
  }
  return { readyAfter, running }
}

// The shortest life of an app: it loads everything, finds PORT wrong and exits with 78.
function refuse(script: string): number {
  return timeOf(() => {
    const { status } = spawnSync(process.execPath, [script], {
      env: { PATH: process.env.PATH, PORT: 'none' },
    })
    if (status !== 78) throw new Error(`${script} exited with ${status} on a bad configuration`)
  })
}

function nothing(): number {
  return timeOf(() => spawnSync(process.execPath, ['-e', '0']))
}

function timeOf(work: () => unknown): number {
  const start = performance.now()
  work()
  return performance.now() - start
}

function times(count: number, measure: () => number): number[] {
  return Array.from({ length: count }, measure)
}
