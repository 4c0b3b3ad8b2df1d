import { runJob } from './job.ts'

const built = new Map<string, Promise<string>>()

/** Builds the bundle of an app, once a run, and returns the script to start: what is measured is what ships. */
export function bundleOf(app: string): Promise<string> {
  let script = built.get(app)
  if (script === undefined) {
    script = runJob('tools/bundle/src/main.ts', {}, [`apps/${app}`]).then(() => `apps/${app}/dist/main.js`)
    built.set(app, script)
  }
  return script
}
