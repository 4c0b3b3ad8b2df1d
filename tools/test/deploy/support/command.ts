import { once } from 'node:events'
import { spawn, type SpawnOptions } from 'node:child_process'
import { endWithParent } from '@ads-tracker/local-servers'

export interface Ran {
  code: number
  /** What it printed, both streams as they came. */
  output: string
}

/** Runs a command to its end, which comes with ours at the latest. Does not throw: look at `code`. */
export function attempt(
  command: string,
  args: string[],
  { input, ...options }: SpawnOptions & { input?: string } = {},
): Promise<Ran> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { ...options, stdio: ['pipe', 'pipe', 'pipe'] })
    let output = ''
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => (output += chunk.toString()))
    const closed = once(child, 'close').catch(() => {})
    child.once('error', (error) => resolve({ code: 127, output: error.message }))
    child.once('close', (code) => resolve({ code: code ?? 1, output }))
    if (child.pid) endWithParent(child.pid, closed, { signal: 'SIGTERM' })
    child.stdin.on('error', () => {})
    child.stdin.end(input)
  })
}

/** Runs a command; what it printed. @throws with the end of it when it fails */
export async function command(
  name: string,
  args: string[],
  options: SpawnOptions & { input?: string } = {},
): Promise<string> {
  const { code, output } = await attempt(name, args, options)
  if (code !== 0)
    throw new Error(`${name} ${args.join(' ')} exited with ${code}:\n${output.split('\n').slice(-25).join('\n')}`)
  return output
}
