import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { bundleTracker, type TrackerScript } from '@ads-tracker/sdk/build'
import { bundlePages, type Files } from './bundle.ts'

const here = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url))

/**
 * Writes all that a gateway serves by itself into an empty `folder`: the pages, `assets/`, `openapi.json` and the tracker, each
 * text also gzipped beside it. The paths are those of the URLs; `/`, `/docs` and `/demo` are `index.html` in their folders.
 */
export async function buildPages(folder: string): Promise<string[]> {
  const tracker = await bundleTracker()
  const files: Files = new Map([
    ...(await apiFiles()),
    ...trackerFiles(tracker),
    ...(await bundlePages({
      tracker: pinnedTracker(tracker),
      integrity: tracker.integrity,
      size: (tracker.gzipped / 1000).toFixed(1),
    })),
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

async function write(path: string, content: string | Buffer) {
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, content)
  if (['.html', '.css', '.js', '.json', '.svg'].includes(extname(path)))
    await writeFile(`${path}.gz`, gzipSync(content, { level: 9 }))
}
