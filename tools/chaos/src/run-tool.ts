import { spawn } from 'node:child_process'
import { entry, workspace } from '@ads-tracker/local-servers'

/** Runs the job `name` of tools/cli to its end; resolves with its exit code and everything that it printed. */
export function runTool(
  name: string,
  env: Record<string, string>,
  args: string[] = [],
): Promise<{ code: number; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [entry('tools/cli'), name, ...args], {
      cwd: workspace,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
    })
    let output = ''
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => (output += chunk.toString()))
    child.once('error', reject).once('close', (code) => resolve({ code: code ?? 1, output }))
  })
}

/** @throws Error with its output when the tool fails */
export async function mustRunTool(...call: Parameters<typeof runTool>): Promise<string> {
  const { code, output } = await runTool(...call)
  if (code !== 0) throw new Error(`${call[0]} ended with ${code}:\n${output}`)
  return output
}
