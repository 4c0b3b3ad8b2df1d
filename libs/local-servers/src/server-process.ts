import { spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { within } from './deadline.ts'
import { endWithParent } from './end-with-parent.ts'

export interface ServerProcess {
  pid: number
  /** Resolves when the process is gone, whatever the reason. */
  exited: Promise<void>
  running(): boolean
  /** The last lines of its log. */
  lastWords(): string
  /** Asks with `signal`, insists with `insist` after `patience` ms and SIGKILL after as much again. Resolves when it is gone. */
  stop(signal: NodeJS.Signals, options?: { patience?: number; insist?: NodeJS.Signals }): Promise<void>
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>
}

interface SpawnOptions {
  log: string
  cwd?: string
  env?: NodeJS.ProcessEnv
  /** Run as this user: only root can. */
  user?: { uid: number; gid: number }
  /** Ends when this process ends, kill -9 included, and these folders are removed then. */
  endWithParent?: { signal: NodeJS.Signals; remove: string[] }
  onSpawn?: (pid: number) => void
}

/** A server in a process group of its own, so that a Ctrl-C in the terminal reaches us and not it. */
export async function spawnServer(command: string, args: string[], options: SpawnOptions): Promise<ServerProcess> {
  const log = openSync(options.log, 'a')
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: options.env,
    detached: true,
    stdio: ['ignore', log, log],
    ...options.user,
  })
  closeSync(log)
  // At once, so that a stop during the start ends this process too.
  if (child.pid !== undefined) options.onSpawn?.(child.pid)
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  await new Promise<void>((resolve, reject) => child.once('spawn', resolve).once('error', reject))
  const pid = child.pid!
  if (options.endWithParent) endWithParent(pid, exited, options.endWithParent)
  const running = () => child.exitCode === null && child.signalCode === null
  return { pid, exited, running, lastWords: () => tail(options.log), stop, kill: () => stop('SIGKILL') }

  async function stop(
    signal: NodeJS.Signals,
    { patience = 8000, insist = 'SIGKILL' }: { patience?: number; insist?: NodeJS.Signals } = {},
  ) {
    for (const next of [signal, insist, 'SIGKILL'] as const) {
      if (!running()) return
      child.kill(next)
      if (await within(patience, exited)) return
    }
  }
}

function tail(file: string): string {
  return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-15).join('\n')
}
