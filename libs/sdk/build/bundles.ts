import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { gzipSync } from 'node:zlib'
import { build, type BuildOptions } from 'esbuild'

const at = (path: string) => new URL(`../${path}`, import.meta.url)

export async function readVersion(): Promise<string> {
  return (JSON.parse(await readFile(at('package.json'), 'utf8')) as { version: string }).version
}

/** Bundles of the package: the client, and the tracker as a module. Without dependencies, each with its source map. */
export async function bundlePackage(outdir: string): Promise<void> {
  await bundle({
    entryPoints: { index: at('src/index.ts').pathname, 'browser/index': at('src/browser/index.ts').pathname },
    outdir,
    format: 'esm',
    sourcemap: true,
    sourcesContent: true,
  })
}

export interface TrackerScript {
  version: string
  code: Buffer
  gzipped: number
  /** For the `integrity` attribute (Subresource Integrity). */
  integrity: string
}

/** The tracker as one classic script. */
export async function bundleTracker(): Promise<TrackerScript> {
  const version = await readVersion()
  const { outputFiles } = await bundle({
    entryPoints: [at('src/browser/script.ts').pathname],
    format: 'iife',
    minify: true,
    write: false,
    legalComments: 'none',
    banner: { js: `/*! ads-tracker ${version}, MIT */` },
  })
  const code = Buffer.from(outputFiles![0]!.contents)
  return {
    version,
    code,
    gzipped: gzipSync(code, { level: 9 }).length,
    integrity: `sha384-${createHash('sha384').update(code).digest('base64')}`,
  }
}

async function bundle(options: BuildOptions) {
  return build({
    bundle: true,
    target: 'es2022',
    platform: 'neutral',
    mainFields: ['module', 'main'],
    logLevel: 'warning',
    define: { TRACKER_VERSION: JSON.stringify(await readVersion()) },
    ...options,
  })
}
