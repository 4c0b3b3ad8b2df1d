import { spawn } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { within } from './deadline.ts'
import { freePort } from './free-port.ts'
import { endWithParent } from './end-with-parent.ts'
import { removeKafkaData } from './kafka.ts'
import { removePostgresData } from './postgres.ts'
import { entry, workspace } from './workspace.ts'

export interface RunningStack {
  /** Of the gateway, without a slash at the end. */
  origin: string
  pid: number
  dir: string
  /** Of the owner of the database. */
  databaseUrl: string
  brokers: string
  /** With all scopes. */
  apiKey: string
  /** Everything that it has printed. */
  output(): string
  /** SIGTERM; resolves with the exit code. */
  stop(): Promise<number | NodeJS.Signals>
  /** SIGKILL of the supervisor alone: its children live on. */
  kill(): Promise<void>
}

/** Variables for a stack of its own: free ports and a new folder. */
export async function stackEnvironment(): Promise<Record<string, string>> {
  const dir = mkdtempSync(join(tmpdir(), 'ads-tracker-stack-'))
  chmodSync(dir, 0o711)
  const names = ['PORT', 'ADS_API_PORT', 'CLICK_INGEST_PORT', 'CLICK_WRITER_PORT', 'POSTGRES_PORT']
  const ports = await Promise.all(names.map(async (name) => [name, String(await freePort())] as const))
  return {
    ...Object.fromEntries(ports),
    KAFKA_PORT: String(await freePortPair()),
    STACK_DIR: dir,
    DATABASE_URL: '',
    KAFKA_BROKERS: '',
  }
}

/** `npm start` in the environment that `startOwnStack` made; resolves at its `ready` line, fails when it ends before. */
export async function startStack(env: Record<string, string>, args: string[] = []): Promise<RunningStack> {
  const child = spawn(process.execPath, [entry('tools/stack'), ...args], {
    cwd: workspace,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
    env: { ...process.env, ...env },
  })
  const lines: string[] = []
  const output = () => lines.join('\n')
  const exited = new Promise<number | NodeJS.Signals>((resolve) =>
    child.once('exit', (code, signal) => resolve(code ?? signal ?? 1)),
  )
  endWithParent(child.pid!, exited, { signal: 'SIGTERM' })
  createInterface({ input: child.stderr }).on('line', (line) => lines.push(line))
  const ready = new Promise<string>((resolve) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      lines.push(line)
      if (line.startsWith('ready ')) resolve(line.slice(6))
    })
  })
  const origin = await Promise.race([
    ready,
    exited.then((code) => Promise.reject(new Error(`npm start ended with ${code}:\n${output()}`))),
  ])
  return {
    origin: origin.replace('localhost', '127.0.0.1'),
    pid: child.pid!,
    dir: env.STACK_DIR ?? '',
    databaseUrl: `postgres://ads:ads@127.0.0.1:${env.POSTGRES_PORT}/ads`,
    brokers: `127.0.0.1:${env.KAFKA_PORT}`,
    apiKey: /API key +(\S+)/.exec(output())?.[1] ?? '',
    output,
    stop,
    kill,
  }

  async function stop() {
    child.kill('SIGTERM')
    if (!(await within(15_000, exited))) throw new Error(`npm start did not stop within 15 s of SIGTERM:\n${output()}`)
    return exited
  }

  async function kill() {
    child.kill('SIGKILL')
    await exited
  }
}

/**
 * A stack of its own, with these variables too; `env` is for starting it again, with its data. Ports that were free when they
 * were asked for may be taken when they are used: then others are tried.
 */
export async function startOwnStack(
  variables: Record<string, string> = {},
  attempts = 3,
): Promise<{ stack: RunningStack; env: Record<string, string> }> {
  const env = { ...(await stackEnvironment()), ...variables }
  try {
    return { stack: await startStack(env), env }
  } catch (error) {
    removeStack(env)
    if (attempts === 1) throw error
    return startOwnStack(variables, attempts - 1)
  }
}

/** Removes the folder of a stack that has stopped. */
export function removeStack({ STACK_DIR = '' }: Record<string, string>): void {
  removePostgresData(join(STACK_DIR, 'postgres'))
  removeKafkaData(join(STACK_DIR, 'kafka'))
  rmSync(STACK_DIR, { recursive: true, force: true })
}

// Kafka's controller listens on the port behind the broker's.
async function freePortPair(): Promise<number> {
  for (;;) {
    const port = await freePort()
    if (await freePort(port + 1).catch(() => undefined)) return port
  }
}
