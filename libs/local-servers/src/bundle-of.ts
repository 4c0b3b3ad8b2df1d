import { join } from 'node:path'
import { runSource } from './run-source.ts'
import { workspace } from './workspace.ts'

const built = new Map<string, Promise<string>>()

/** The script to start of an app as it ships, from the root of the repository; bundled once a process. */
export function bundleOf(app: string): Promise<string> {
  const script = built.get(app) ?? bundle(app)
  built.set(app, script)
  return script
}

async function bundle(app: string): Promise<string> {
  const { code, output } = await runSource(join(workspace, 'tools/build/src/bundle/main.ts'), [`apps/${app}`])
  if (code !== 0) throw new Error(`bundling ${app} ended with ${code}:\n${output}`)
  return `apps/${app}/dist/bundle/main.js`
}
