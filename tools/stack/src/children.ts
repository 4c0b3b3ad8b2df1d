import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { processStart } from '@ads-tracker/local-servers'

interface Child {
  name: string
  pid: number
  start: string | undefined
}

export type Children = ReturnType<typeof recordChildren>

/**
 * Remembers in a file which processes were started, so that the next start can end those that outlived a kill -9.
 * A pid counts only together with the time when its process started: a stranger who got the pid later is left alone.
 */
export function recordChildren(dir: string) {
  const file = join(dir, 'children.json')
  let children = read(file)
  let closed = false

  return { add, endAll, close }

  function add(name: string, pid: number): void {
    if (closed) return signal({ name, pid, start: processStart(pid) }, 'SIGKILL')
    children = [...children.filter(isAlive), { name, pid, start: processStart(pid) }]
    writeFileSync(`${file}.new`, JSON.stringify(children))
    renameSync(`${file}.new`, file)
  }

  /**
   * Ends all that are alive, also those that are added meanwhile: asks, waits for at most `patience` ms, insists. Returns the
   * names of those that were there.
   */
  async function endAll(patience: number): Promise<string[]> {
    const asked = new Set<Child>()
    const deadline = performance.now() + patience
    for (let found = children.filter(isAlive); found.length > 0; found = children.filter(isAlive)) {
      for (const child of found) {
        if (performance.now() >= deadline) signal(child, 'SIGKILL')
        else if (!asked.has(child)) signal(child, child.name === 'postgres' ? 'SIGQUIT' : 'SIGTERM')
        asked.add(child)
      }
      await pause(25)
    }
    return [...asked].map(({ name }) => name)
  }

  /** Ends all as `endAll` does; what is added later is killed at once. */
  async function close(patience: number): Promise<void> {
    await endAll(patience)
    closed = true
  }
}

const isAlive = ({ pid, start }: Child) => start !== undefined && processStart(pid) === start

function signal(child: Child, name: NodeJS.Signals): void {
  if (!isAlive(child)) return
  try {
    process.kill(child.pid, name)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

function read(file: string): Child[] {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Child[]
  } catch {
    return []
  }
}
