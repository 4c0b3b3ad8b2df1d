import { spawn } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { freePort, endWithParent, workspace } from '@ads-tracker/local-servers'

export interface Program {
  name: string
  url: string
  pid: number
  /** Milliseconds from its start until it was ready. */
  readyAfter: number
  stop(): Promise<void>
}

export interface ProgramOptions {
  name: string
  /** The script to run, from the root of the workspace. */
  script: string
  env?: Record<string, string>
  /** Folder for a CPU profile of the whole run. */
  profileTo?: string | undefined
}

const patience = 30_000

/** Runs a script with this Node as production does, on a free port, and waits until it answers 200 on `/readyz`. */
export async function startProgram({ name, script, env = {}, profileTo }: ProgramOptions): Promise<Program> {
  const port = String(await freePort())
  const began = performance.now()
  const child = spawn(process.execPath, [...profiling(name, profileTo), join(workspace, script)], {
    cwd: workspace,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NODE_ENV: 'production', LOG_LEVEL: 'warn', HOST: '127.0.0.1', ...env, PORT: port },
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (output = (output + chunk.toString()).slice(-4000)))
  const exited = new Promise<void>((resolve) => child.once('close', () => resolve()))
  const pid = child.pid as number
  endWithParent(pid, exited)
  const url = `http://127.0.0.1:${port}`
  await ready()
  return { name, url, pid, readyAfter: performance.now() - began, stop }

  async function ready() {
    for (const deadline = performance.now() + patience; ; await pause(5)) {
      const answer = await fetch(`${url}/readyz`).catch(() => undefined)
      await answer?.arrayBuffer()
      if (answer?.ok) return
      if (child.exitCode !== null) throw new Error(`${name} exited with ${child.exitCode}:\n${output}`)
      if (performance.now() > deadline)
        throw new Error(
          `${name} is not ready after ${patience / 1000} s (${answer?.status ?? 'no answer'}):\n${output}`,
        )
    }
  }

  async function stop() {
    child.kill('SIGTERM')
    const late = setTimeout(() => child.kill('SIGKILL'), 15_000)
    await exited
    clearTimeout(late)
  }
}

function profiling(name: string, folder: string | undefined): string[] {
  if (folder === undefined) return []
  mkdirSync(folder, { recursive: true })
  return ['--cpu-prof', `--cpu-prof-dir=${folder}`, `--cpu-prof-name=${name}-${Date.now()}.cpuprofile`]
}
