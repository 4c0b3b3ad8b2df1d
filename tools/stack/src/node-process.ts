import { spawn, type ChildProcess } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { type Server, within, workspace } from '@ads-tracker/local-servers'

interface ProcessOptions {
  /** Path from the root of the repository, such as `apps/ads-api/src/main.ts`. */
  script: string
  args?: string[]
  env: Record<string, string>
  log: string
  /** Where compiled code is kept, so that the next start is quicker. */
  cache: string
  onSpawn: (pid: number) => void
  /** Hears each line of output. */
  onLine?: (line: string) => void
}

export interface NodeProcess extends Server {
  /** How it ended, once `exited` has resolved. */
  ending(): string
  code(): number | null
}

/** Starts the source of an app or a tool with this Node, in a process group of its own; its output goes to the log file. */
export function startNode({ script, args = [], env, log, cache, onSpawn, onLine }: ProcessOptions): NodeProcess {
  const child = spawn(process.execPath, [join(workspace, script), ...args], {
    cwd: workspace,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NODE_COMPILE_CACHE: cache, ...env },
  })
  onSpawn(child.pid!)
  const file = createWriteStream(log, { flags: 'a' })
  for (const stream of [child.stdout, child.stderr]) {
    stream.pipe(file, { end: false })
    if (onLine) createInterface({ input: stream, crlfDelay: Infinity }).on('line', onLine)
  }
  const exited = new Promise<void>((resolve) => child.once('close', () => file.end(resolve)))
  const kill = async () => {
    child.kill('SIGKILL')
    await exited
  }
  return { pid: child.pid!, exited, stop, kill, code: () => child.exitCode, ending: () => ending(child) }

  async function stop(patience = 8000) {
    child.kill('SIGTERM')
    if (!(await within(patience, exited))) await kill()
  }
}

function ending({ exitCode, signalCode }: ChildProcess): string {
  return signalCode ? `ended by ${signalCode}` : `ended with exit code ${exitCode}`
}
