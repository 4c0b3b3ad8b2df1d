import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { bundleOf, freePort, endWithParent, workspace } from '@ads-tracker/local-servers'
import { debuggable } from './heap.ts'
import { until } from './until.ts'

type Ending = number | NodeJS.Signals

export interface SupervisedApp {
  name: string
  url: string
  pid(): number
  running(): boolean
  /** How each of its processes so far ended. */
  endings: Ending[]
  /** The last of what it printed. */
  output(): string
  /** Starts it and keeps it running: a process that ends is followed by the next one. */
  start(): Promise<void>
  /** Resolves when it answers 200 on `path`. */
  answers(path: '/livez' | '/readyz', within?: number): Promise<void>
  /** SIGKILL to the process; the supervisor starts the next one. Resolves when it is gone. */
  kill(): Promise<void>
  signal(signal: NodeJS.Signals): void
  /** Resolves with how the process that runs now ends. */
  ended(): Promise<Ending>
  /** SIGTERM, and no next process. Resolves with how it ended. */
  stop(signal?: NodeJS.Signals): Promise<Ending>
}

const outputKept = 2_000_000

/** An app as a process under a supervisor, on a port that it keeps: the bundle that ships, or a variant of the app in `src/variants`. */
export async function supervisedApp(
  name: string,
  environment: Record<string, string>,
  variant?: string,
): Promise<SupervisedApp> {
  const script = variant === undefined ? await bundleOf(name) : join(import.meta.dirname, 'variants', `${variant}.ts`)
  const port = environment.PORT ?? String(await freePort())
  const env = { ...process.env, HOST: '127.0.0.1', LOG_LEVEL: 'warn', ...environment, PORT: port }
  const url = `http://127.0.0.1:${port}`
  const endings: Ending[] = []
  let child: ChildProcess | undefined
  let wanted = false
  let output = ''
  const running = () => child !== undefined && child.exitCode === null && child.signalCode === null
  return {
    name,
    url,
    pid: () => child?.pid ?? 0,
    running,
    endings,
    output: () => output,
    start,
    answers,
    kill: () => end('SIGKILL'),
    signal,
    ended,
    stop,
  }

  async function start() {
    wanted = true
    if (!running()) launch()
  }

  function launch() {
    const started = performance.now()
    const mine = spawn(process.execPath, [debuggable, script], {
      cwd: workspace,
      stdio: ['ignore', 'pipe', 'pipe'],
      env,
    })
    child = mine
    for (const stream of [mine.stdout, mine.stderr]) stream?.on('data', keep)
    const gone = once(mine, 'exit').then(async ([code, killer]) => {
      endings.push((code ?? killer) as Ending)
      // a process that cannot start must not spin
      if (performance.now() - started < 1000) await pause(500)
      if (wanted && child === mine) launch()
    })
    endWithParent(mine.pid as number, gone)
  }

  function keep(chunk: Buffer) {
    output = (output + chunk.toString()).slice(-outputKept)
  }

  async function answers(path: '/livez' | '/readyz', within = 30_000) {
    const asked = async () => (await fetch(url + path, { signal: AbortSignal.timeout(2000) })).ok
    await until(`${name} answers 200 on ${path}`, asked, { within })
  }

  function signal(which: NodeJS.Signals) {
    child?.kill(which)
  }

  async function ended(): Promise<Ending> {
    if (child === undefined) throw new Error(`${name} was never started`)
    // by the time it has ended, the next one may run
    const mine = child
    if (running()) await once(mine, 'exit')
    return (mine.exitCode ?? mine.signalCode) as Ending
  }

  async function end(which: NodeJS.Signals) {
    const over = ended()
    signal(which)
    await over
  }

  async function stop(which: NodeJS.Signals = 'SIGTERM'): Promise<Ending> {
    wanted = false
    if (!running()) return endings.at(-1) ?? 0
    const over = ended()
    signal(which)
    return over
  }
}
