import { existsSync } from 'node:fs'
import { cp, mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { build } from 'esbuild'

export const workspace = join(import.meta.dirname, '../../..')

export interface Bundle {
  /** The file to start. */
  main: string
  bytes: number
  /** The source files that became part of it, from the root of the workspace. */
  inputs: string[]
}

// CommonJS packages call require() for Node's own modules; without this the build is green and the process dies at start.
const banner = `import { createRequire } from 'node:module'\nconst require = createRequire(import.meta.url)`

/**
 * Makes `<project>/dist/main.js` of `<project>/src/main.ts` and all that it imports, such as `apps/ads-api`.
 * It needs no node_modules; the migrations lie beside it where they are part of it. Names are kept, for stack traces.
 */
export async function bundle(project: string, folder = join(workspace, project, 'dist')): Promise<Bundle> {
  const main = join(folder, 'main.js')
  const { metafile } = await build({
    entryPoints: [join(project, 'src/main.ts')],
    absWorkingDir: workspace,
    outfile: main,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    banner: { js: banner },
    minifySyntax: true,
    minifyWhitespace: true,
    sourcemap: 'linked',
    sourcesContent: false,
    legalComments: 'none',
    metafile: true,
    logLevel: 'error',
  })
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }\n')
  const output = Object.values(metafile.outputs).find(({ entryPoint }) => entryPoint !== undefined)
  const inputs = Object.entries(output?.inputs ?? {}).filter(([, { bytesInOutput }]) => bytesInOutput > 0).map(([file]) => file)
  await copyMigrations(folder, inputs)
  return { main, bytes: output?.bytes ?? 0, inputs }
}

async function copyMigrations(folder: string, inputs: string[]): Promise<void> {
  const beside = join(folder, 'migrations')
  await rm(beside, { recursive: true, force: true })
  if (!inputs.includes('libs/data/src/migrate.ts') || !existsSync(join(workspace, 'libs/data/migrations'))) return
  await mkdir(folder, { recursive: true })
  await cp(join(workspace, 'libs/data/migrations'), beside, { recursive: true })
}
