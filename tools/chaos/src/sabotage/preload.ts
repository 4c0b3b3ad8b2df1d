import { existsSync, unlinkSync } from 'node:fs'
import { registerHooks } from 'node:module'
import { join } from 'node:path'
import { workspace } from '@ads-tracker/local-servers'
import { pathToFileURL } from 'node:url'
import type { Patch } from './sabotage.ts'

const patches = JSON.parse(process.env.CHAOS_PATCHES ?? '[]') as Patch[]
const armed = process.env.CHAOS_STEPS

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context)
    const mine = patches.filter(({ file }) => pathToFileURL(join(workspace, file)).href === url)
    return mine.length === 0 ? loaded : { ...loaded, source: mine.reduce(apply, String(loaded.source)) }
  },
})

function apply(source: string, { file, find, replace }: Patch): string {
  const parts = source.split(find)
  if (parts.length === 2) return parts.join(replace)
  console.error(`chaos: ${file} has ${parts.length - 1} times: ${find}`)
  process.exit(99)
}

// What patches may call: ends the process for good when somebody has put a file of that name into the folder.
Object.assign(globalThis, {
  chaosStep(name: string) {
    const file = join(armed ?? '', name)
    if (!armed || !existsSync(file)) return
    unlinkSync(file)
    process.kill(process.pid, 'SIGKILL')
  },
})
