import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { workspace } from '@ads-tracker/local-servers'

/** So many streams of live analytics, read by a process of their own. Resolves when all have begun. */
export async function openLiveReaders(origin: string, readers: number): Promise<{ stop(): Promise<void> }> {
  const script = join(workspace, 'tools/bench/src/load/live-readers-main.ts')
  const child = spawn(process.execPath, [script, JSON.stringify({ origin, readers })], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const exited = once(child, 'close')
  await Promise.race([
    once(child.stdout, 'data'),
    exited.then(() => {
      throw new Error('the readers ended before they had begun')
    }),
  ])
  return {
    async stop() {
      child.stdin.end()
      await exited
    },
  }
}
