import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { workspace } from '@ads-tracker/local-servers'

/** Runs a script of the workspace to its end and returns what it printed. */
export function runJob(script: string, env: Record<string, string> = {}, args: string[] = []): Promise<string> {
  return runCommand(process.execPath, [join(workspace, script), ...args], env)
}

/** Runs a command to its end; `input` is given to its standard input. */
function runCommand(command: string, args: string[], env: Record<string, string> = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: workspace,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let output = ''
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => (output += chunk.toString()))
    child.once('error', reject)
    child.once('close', (code) =>
      code === 0
        ? resolve(output)
        : reject(new Error(`${command} ${args.join(' ')} ended with ${code}:\n${output.slice(-2000)}`)),
    )
  })
}
