import { execFile } from 'node:child_process'

interface Ending {
  code: number
  stdout: string
  stderr: string
}

/** Runs a source file to its end, such as `entry('tools/cli')`, with `env` besides our variables. Does not throw: look at `code`. */
export function runSource(file: string, args: string[] = [], env: NodeJS.ProcessEnv = {}): Promise<Ending> {
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [file, ...args],
      { env: { ...process.env, ...env } },
      (_error, stdout, stderr) => {
        resolve({ code: child.exitCode ?? 1, stdout, stderr })
      },
    )
  })
}
