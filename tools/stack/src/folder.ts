import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { processStart } from '@ads-tracker/local-servers'

interface Holder {
  pid: number
  start: string | undefined
}

/**
 * Takes the folder for this process; returns how to give it back.
 * @throws Error when another one is running on it
 */
export function takeFolder(dir: string): () => void {
  mkdirSync(dir, { recursive: true })
  const file = join(dir, 'running.json')
  const mine = `${file}.${process.pid}`
  writeFileSync(mine, JSON.stringify({ pid: process.pid, start: processStart(process.pid) } satisfies Holder))
  try {
    for (;;) {
      try {
        // A link, unlike a write, is there with its content or not at all.
        linkSync(mine, file)
        return () => rmSync(file, { force: true })
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
        refuseLiving(file, dir)
      }
    }
  } finally {
    rmSync(mine, { force: true })
  }
}

function refuseLiving(file: string, dir: string): void {
  const { pid, start } = readHolder(file)
  if (start !== undefined && processStart(pid) === start) {
    throw new Error(
      `npm start is already running on ${dir} (process ${pid}): stop that one, or set STACK_DIR and the ports for a second one`,
    )
  }
  rmSync(file, { force: true })
}

function readHolder(file: string): Holder {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Holder
  } catch {
    return { pid: 0, start: undefined }
  }
}
