import { mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'esbuild'

/** Bundles `contents` as tools/bundle does, and returns what it exports. */
export async function requireBundle<T>(contents: string, resolveDir: string): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'kafka-bundle-'))
  const outfile = join(folder, 'bundle.cjs')
  try {
    await build({
      stdin: { contents, resolveDir },
      outfile,
      bundle: true,
      platform: 'node',
      format: 'cjs',
      target: 'node24',
      minifySyntax: true,
      minifyWhitespace: true,
      logLevel: 'error',
    })
    return createRequire(import.meta.url)(outfile) as T
  } finally {
    rmSync(folder, { recursive: true })
  }
}
