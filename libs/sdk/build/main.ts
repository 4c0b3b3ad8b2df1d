import { execFileSync } from 'node:child_process'
import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bundlePackage } from './bundles.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const outdir = `${root}dist/package`

await rm(outdir, { recursive: true, force: true })
await mkdir(outdir, { recursive: true })
// types first: the bundles take the place of whatever code the compiler would write
execFileSync(
  process.execPath,
  [createRequire(import.meta.url).resolve('typescript/bin/tsc'), '-p', `${root}build/package.tsconfig.json`],
  { stdio: 'inherit' },
)
await bundlePackage(outdir)
await finishTypes()
await cp(`${root}README.md`, `${outdir}/README.md`)
await cp(`${root}openapi.json`, `${outdir}/openapi.json`)
await cp(`${root}src`, `${outdir}/src`, { recursive: true })
await writeFile(
  `${outdir}/package.json`,
  `${JSON.stringify(published(JSON.parse(await readFile(`${root}package.json`, 'utf8'))), null, 2)}\n`,
)

// Declarations name their neighbours as `.js`, and only those stay that the entries lead to: the rest tells of what is inside the bundles.
async function finishTypes() {
  const found = new Set(['index.d.ts', 'browser/index.d.ts'].map((file) => join(outdir, file)))
  for (const file of found) {
    const text = await readFile(file, 'utf8')
    for (const [, to] of text.matchAll(/from '(\.[^']+)\.ts'/g)) found.add(join(dirname(file), `${to}.d.ts`))
    await writeFile(file, text.replaceAll(/from '(\.[^']+)\.ts'/g, "from '$1.js'"))
  }
  const all = await readdir(outdir, { recursive: true })
  const internal = all
    .map((file) => join(outdir, file))
    .filter((file) => /\.d\.ts(\.map)?$/.test(file) && !found.has(file.replace(/\.map$/, '')))
  await Promise.all(internal.map((file) => rm(file)))
}

// In the workspace the package is its source; who installs it gets the bundles.
function published({ name, version, description, license, type, sideEffects, engines }: Record<string, unknown>) {
  return {
    name,
    version,
    description,
    license,
    type,
    sideEffects,
    engines,
    exports: {
      '.': { types: './index.d.ts', default: './index.js' },
      './browser': { types: './browser/index.d.ts', default: './browser/index.js' },
      './openapi.json': './openapi.json',
      './package.json': './package.json',
    },
  }
}
