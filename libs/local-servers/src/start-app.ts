import { spawn } from 'node:child_process'
import { Fatal, retryFor, within } from './deadline.ts'
import { freePort } from './free-port.ts'
import { endWithParent } from './end-with-parent.ts'
import { entry, workspace } from './workspace.ts'

export interface RunningApp {
  /** Its origin, without a slash at the end. */
  url: string
  pid: number
  /** Resolves with the exit code, or the signal that ended it. */
  exited: Promise<number | NodeJS.Signals>
  /** Everything that it has printed. */
  output(): string
  /** SIGTERM; resolves with the exit code. */
  stop(): Promise<number | NodeJS.Signals>
  /** SIGKILL. */
  kill(): Promise<void>
}

/**
 * Starts `apps/<name>` as it is in the source, or another `script` of it, on a port of its own (or `env.PORT`), and waits until
 * it answers 200 on `until` (`/livez` when it is meant to start without a dependency). Fails when it exits or after 60 s.
 */
export async function startApp(
  name: string,
  env: Record<string, string> = {},
  { until = '/readyz', script = entry(`apps/${name}`) } = {},
): Promise<RunningApp> {
  const port = env.PORT ?? String(await freePort())
  const child = spawn(process.execPath, [script], {
    cwd: workspace,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, HOST: '127.0.0.1', ...env, PORT: port },
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()))
  const exited = new Promise<number | NodeJS.Signals>((resolve) =>
    child.once('close', (code, signal) => resolve(code ?? signal ?? 1)),
  )
  const pid = child.pid!
  endWithParent(pid, exited)
  const url = `http://127.0.0.1:${port}`
  const app = { url, pid, exited, output: () => output, stop, kill }
  try {
    await retryFor(60_000, () => answers())
    return app
  } catch (error) {
    await kill()
    throw error
  }

  async function answers() {
    if (child.exitCode !== null || child.signalCode !== null)
      throw new Fatal(new Error(`${name} exited with ${await exited}:\n${output}`))
    const response = await fetch(url + until, { signal: AbortSignal.timeout(5000) })
    const body = await response.text()
    if (!response.ok) throw new Error(`${name} answers ${response.status} on ${until}: ${body}\n${output}`)
  }

  async function stop() {
    child.kill('SIGTERM')
    if (!(await within(15_000, exited))) throw new Error(`${name} did not stop within 15 s of SIGTERM:\n${output}`)
    return exited
  }

  async function kill() {
    child.kill('SIGKILL')
    await exited
  }
}
