import { cp, mkdir, rm, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { build, type BuildOptions } from 'esbuild'

export const workspace = join(import.meta.dirname, '../../../..')

export interface Bundle {
  /** The file to start. */
  main: string
  /** Size of the code. */
  bytes: number
  /** The source files that became part of it, from the root of the workspace. */
  inputs: string[]
}

/**
 * Makes `<project>/dist/bundle/main.js` of `<project>/src/main.ts` and all that it imports, such as `apps/ads-api`.
 * It needs no node_modules. Beside it lie its source map, and the migrations where they are part of it.
 */
export async function bundle(what: string, folder = join(workspace, what, 'dist/bundle')): Promise<Bundle> {
  const main = join(folder, 'main.js')
  await rm(folder, { recursive: true, force: true })
  const { metafile, outputFiles } = await build({
    ...options,
    entryPoints: [join(what, 'src/main.ts')],
    // as if it lay in the root of the workspace, so that its map names the sources from there
    outfile: 'main.js',
  })
  await mkdir(folder, { recursive: true })
  for (const { path, contents } of outputFiles) await writeFile(join(folder, basename(path)), contents)
  await writeFile(join(folder, 'package.json'), '{ "type": "commonjs" }\n')
  const output = metafile.outputs['main.js']
  const inputs = Object.entries(output?.inputs ?? {})
    .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
    .map(([file]) => file)
  if (inputs.includes('libs/data/src/migrate.ts'))
    await cp(join(workspace, 'libs/data/migrations'), join(folder, 'migrations'), { recursive: true })
  return { main, bytes: output?.bytes ?? 0, inputs }
}

// CommonJS: a module that imports node:http by name makes Node load all that can be had from there, such as a WebSocket client.
const options = {
  absWorkingDir: workspace,
  bundle: true,
  format: 'cjs',
  platform: 'node',
  target: 'node24',
  define: { 'import.meta.dirname': '__dirname', 'import.meta.filename': '__filename' },
  minifySyntax: true,
  minifyWhitespace: true,
  sourcemap: 'linked',
  sourcesContent: false,
  legalComments: 'none',
  logLevel: 'error',
  metafile: true,
  write: false,
} satisfies BuildOptions
