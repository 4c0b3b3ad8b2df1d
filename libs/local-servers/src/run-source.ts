import { execFile } from 'node:child_process'
import { entry } from './workspace.ts'

export interface Ending {
  code: number
  stdout: string
  stderr: string
  /** Both. */
  output: string
}

/** Runs a source file to its end, such as `entry('tools/cli')`, with `env` besides our variables. Does not throw: look at `code`. */
export function runSource(file: string, args: string[] = [], env: NodeJS.ProcessEnv = {}): Promise<Ending> {
  const options = { env: { ...process.env, ...env }, maxBuffer: Infinity }
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [file, ...args], options, (_error, stdout, stderr) =>
      resolve({ code: child.exitCode ?? 1, stdout, stderr, output: stdout + stderr }),
    )
  })
}

/** Runs the job `name` of tools/cli; resolves with what it printed. @throws Error with that when it fails */
export async function runJob(name: string, env: NodeJS.ProcessEnv, ...args: string[]): Promise<string> {
  const { code, output } = await runSource(entry('tools/cli'), [name, ...args], env)
  if (code !== 0) throw new Error(`${name} ended with ${code}:\n${output}`)
  return output
}
