import { existsSync, renameSync } from 'node:fs'

/** Moves a folder to its place. Fine when another process was faster: the result is the same. */
export function moveInto(from: string, to: string): void {
  try {
    renameSync(from, to)
  } catch (error) {
    if (!existsSync(to)) throw error
  }
}
