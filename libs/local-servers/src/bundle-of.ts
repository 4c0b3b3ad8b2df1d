import { spawn } from 'node:child_process'
import { workspace } from './workspace.ts'

const built = new Map<string, Promise<string>>()

/** The script to start of an app as it ships, from the root of the repository; bundled once a process. */
export function bundleOf(app: string): Promise<string> {
  const script = built.get(app) ?? bundle(app).then(() => `apps/${app}/dist/bundle/main.js`)
  built.set(app, script)
  return script
}

function bundle(app: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['tools/build/src/bundle/main.ts', `apps/${app}`], {
      cwd: workspace,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let output = ''
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => (output += chunk.toString()))
    child.once('error', reject)
    child.once('close', (code) =>
      code === 0 ? resolve() : reject(new Error(`bundling ${app} ended with ${code}:\n${output}`)),
    )
  })
}
