import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { bundleTracker, type TrackerScript } from '@ads-tracker/sdk/build'
import { build } from 'esbuild'

type Files = Map<string, string | Buffer>

const { resolve } = createRequire(import.meta.url)
const here = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url))
const swagger = (file: string) => readFile(join(dirname(resolve('swagger-ui-dist/package.json')), file))

/**
 * Writes all that a gateway serves by itself into an empty `folder`: `openapi.json`, `docs/`, `demo/` and the tracker, each
 * text also gzipped beside it. The paths are those of the URLs; `/docs` and `/demo` are `index.html` in their folders.
 */
export async function buildPages(folder: string): Promise<string[]> {
  const tracker = await bundleTracker()
  const files: Files = new Map([
    ...(await apiFiles()),
    ...trackerFiles(tracker),
    ...(await docsFiles()),
    ...(await demoFiles(tracker)),
  ])
  await rm(folder, { recursive: true, force: true })
  for (const [path, content] of files) await write(join(folder, path), content)
  await cp(here('demo/clips'), join(folder, 'demo/clips'), { recursive: true })
  return [...files.keys()]
}

async function apiFiles(): Promise<Files> {
  return new Map([
    ['openapi.json', await readFile(fileURLToPath(import.meta.resolve('@ads-tracker/sdk/openapi.json')))],
  ])
}

/** `tracker.js` is always the newest; the one with its version and hash in the name never changes, so that a page can pin it. */
function trackerFiles({ code, ...tracker }: TrackerScript): Files {
  const url = pinnedTracker(tracker)
  return new Map<string, string | Buffer>([
    ['tracker.js', code],
    [url.slice(1), code],
    ['tracker.json', `${JSON.stringify({ ...tracker, url }, null, 2)}\n`],
  ])
}

function pinnedTracker({ version, integrity }: Pick<TrackerScript, 'version' | 'integrity'>): string {
  const hash = Buffer.from(integrity.split('-')[1] ?? '', 'base64')
    .toString('hex')
    .slice(0, 8)
  return `/tracker-${version}-${hash}.js`
}

async function docsFiles(): Promise<Files> {
  return new Map<string, string | Buffer>([
    ['docs/index.html', await readFile(here('docs/index.html'))],
    ['docs/docs.css', await readFile(here('docs/docs.css'))],
    ['docs/docs.js', await readFile(here('docs/docs.js'))],
    ['docs/swagger-ui.css', await swagger('swagger-ui.css')],
    ['docs/swagger-ui.js', await swagger('swagger-ui-bundle.js')],
  ])
}

async function demoFiles(tracker: TrackerScript): Promise<Files> {
  const html = await readFile(here('demo/index.html'), 'utf8')
  const { outputFiles } = await build({
    entryPoints: [here('demo/main.ts')],
    bundle: true,
    format: 'esm',
    target: 'es2022',
    minify: true,
    write: false,
    logLevel: 'warning',
    define: { TRACKER_VERSION: JSON.stringify(tracker.version) },
  })
  return new Map<string, string | Buffer>([
    [
      'demo/index.html',
      html
        .replaceAll('{{tracker}}', pinnedTracker(tracker))
        .replaceAll('{{integrity}}', tracker.integrity)
        .replaceAll('{{size}}', (tracker.gzipped / 1000).toFixed(1)),
    ],
    ['demo/demo.css', await readFile(here('demo/demo.css'))],
    ['demo/demo.js', Buffer.from(outputFiles[0]!.contents)],
  ])
}

async function write(path: string, content: string | Buffer) {
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, content)
  if (['.html', '.css', '.js', '.json'].includes(extname(path)))
    await writeFile(`${path}.gz`, gzipSync(content, { level: 9 }))
}
