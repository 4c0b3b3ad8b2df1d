import { spawn } from 'node:child_process'
import { setTimeout as pause } from 'node:timers/promises'
import { endWithParent } from '@ads-tracker/local-servers'

export interface RunningBundle {
  url: string
  pid: number
  output(): string
  /** SIGTERM; resolves with the exit code. */
  stop(): Promise<number | null>
}

/** Starts a bundle as an image does, on `port`, and waits until it is ready. */
export async function startBundle(main: string, port: number, env: Record<string, string>): Promise<RunningBundle> {
  const child = spawn(process.execPath, [main], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH, ...env, HOST: '127.0.0.1', PORT: String(port) },
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString()
    })
  const exited = new Promise<number | null>((resolve) => child.once('close', resolve))
  endWithParent(
    child.pid!,
    exited.then(() => {}),
    { signal: 'SIGKILL', remove: [] },
  )
  const url = `http://127.0.0.1:${port}`
  const deadline = performance.now() + 30_000
  while (!(await isReady(url))) {
    if (child.exitCode !== null || performance.now() > deadline)
      throw new Error(`${main} did not become ready:\n${output}`)
    await pause(20)
  }
  return { url, pid: child.pid!, output: () => output, stop: () => (child.kill('SIGTERM'), exited) }
}

async function isReady(url: string): Promise<boolean> {
  const answer = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(3000) }).catch(() => undefined)
  await answer?.arrayBuffer()
  return answer?.ok === true
}
