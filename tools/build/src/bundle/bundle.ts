import { cp, glob, rm, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { build, type BuildOptions } from 'esbuild'
import { compileAhead } from './compile-ahead.ts'

export const workspace = join(import.meta.dirname, '../../../..')

export interface Bundle {
  /** The file to start. */
  main: string
  /** Size of the code. */
  bytes: number
  /** The source files that became part of it, from the root of the workspace. */
  inputs: string[]
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
} satisfies BuildOptions
const asFunction = { banner: { js: '(function (require, __filename, __dirname) {' }, footer: { js: '})' } }

/**
 * Makes `<project>/dist/main.js` of `<project>/src/main.ts` and all that it imports, such as `apps/ads-api`.
 * It needs no node_modules.
 * `main.js` starts `bundle.js`, where names are kept for stack traces. Beside them lie the migrations where they are part of
 * it, and for an app the code that V8 makes of it.
 */
export async function bundle(what: string, folder = join(workspace, what, 'dist')): Promise<Bundle> {
  const main = join(folder, 'main.js')
  for await (const old of glob(['*.js*', 'migrations'], { cwd: folder }))
    await rm(join(folder, old), { recursive: true, force: true })
  await build({ ...options, entryPoints: ['tools/build/src/bundle/launch.ts'], outfile: main, sourcemap: false })
  const source = join(what, 'src/main.ts')
  // as if it lay in the root of the workspace, so that its map names the sources from there
  const { metafile, outputFiles } = await build({
    ...options,
    ...asFunction,
    entryPoints: [source],
    outfile: 'bundle.js',
    metafile: true,
    write: false,
  })
  for (const { path, contents } of outputFiles) await writeFile(join(folder, basename(path)), contents)
  await writeFile(join(folder, 'package.json'), '{ "type": "commonjs" }\n')
  const output = Object.values(metafile.outputs).find(({ entryPoint }) => entryPoint !== undefined)
  const inputs = Object.entries(output?.inputs ?? {})
    .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
    .map(([file]) => file)
  if (inputs.includes('libs/data/src/migrate.ts'))
    await cp(join(workspace, 'libs/data/migrations'), join(folder, 'migrations'), { recursive: true })
  if (what.startsWith('apps/')) await compileAhead(join(folder, 'bundle.js'))
  return { main, bytes: output?.bytes ?? 0, inputs }
}
