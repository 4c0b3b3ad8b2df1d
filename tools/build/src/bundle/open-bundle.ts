import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import { Script } from 'node:vm'
import { crc32 } from 'node:zlib'

export interface OpenBundle {
  script: Script
  /** The file for the code that V8 makes of this very source. */
  cache: string
  /** Runs it in this process. */
  run(): void
}

/** Reads a bundle, and the code that V8 made of it ahead. Where that is missing, or of another Node, V8 makes it now. */
export function openBundle(filename: string): OpenBundle {
  const source = readFileSync(filename)
  // by content, because V8 itself compares no more than the length
  const cache = `${filename}.${crc32(source).toString(16)}.cache`
  const script = new Script(source.toString(), { filename, cachedData: contentOf(cache) })
  return { script, cache, run: () => script.runInThisContext()(createRequire(filename), filename, dirname(filename)) }
}

function contentOf(file: string): Buffer | undefined {
  try {
    return readFileSync(file)
  } catch {
    return undefined
  }
}
