import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { buildPages } from '../src/build-pages.ts'

const [one, other] = ['one', 'other'].map((name) => mkdtempSync(join(tmpdir(), `pages-${name}-`))) as [string, string]
const read = (path: string) => readFileSync(join(one, path), 'utf8')
const all = (folder: string) =>
  (readdirSync(folder, { recursive: true }) as string[]).filter((path) => statSync(join(folder, path)).isFile()).sort()

beforeAll(async () => {
  await buildPages(one)
  await buildPages(other)
})
afterAll(() => [one, other].forEach((folder) => rmSync(folder, { recursive: true })))

it('has the files of the URLs that a gateway serves', () => {
  expect(all(one)).toEqual(
    expect.arrayContaining([
      'demo/clips/1.mp4',
      'demo/index.html',
      'docs/index.html',
      'index.html',
      'openapi.json',
      'tracker.js',
      'tracker.json',
    ]),
  )
})

it('is the same whenever it is built', () => {
  expect(all(one)).toEqual(all(other))
  for (const path of all(one))
    expect(readFileSync(join(one, path)).equals(readFileSync(join(other, path))), path).toBe(true)
})

it('has each text packed beside it', () => {
  const texts = all(one).filter((path) => /\.(html|css|js|json)$/.test(path))
  for (const path of texts)
    expect(gunzipSync(readFileSync(join(one, `${path}.gz`))).equals(readFileSync(join(one, path))), path).toBe(true)
})

it.each(['index.html', 'demo/index.html', 'docs/index.html'])(
  '%s loads nothing from elsewhere, and nothing that is not there',
  (page) => {
    const loaded = [...read(page).matchAll(/<(?:script|link|img|video)\b[^>]*?\b(?:src|href)="([^"]+)"/g)]
      .map(([, url]) => url!)
      .filter((url) => !url.startsWith('data:'))
    expect(loaded.length).toBeGreaterThanOrEqual(3)
    for (const url of loaded) expect(all(one), url).toContain(url.slice(1))
    expect(read(page)).not.toContain('{{')
  },
)

it('loads the tracker by the name and the integrity that tracker.json tells', () => {
  const { url, integrity, version } = JSON.parse(read('tracker.json')) as {
    url: string
    integrity: string
    version: string
  }
  expect(url).toMatch(new RegExp(`^/tracker-${version}-[0-9a-f]{8}\\.js$`))
  expect(read('demo/index.html')).toContain(`<script src="${url}" integrity="${integrity}"`)
  expect(read(url.slice(1))).toBe(read('tracker.js'))
})

it('sends at most 100 kB of script for the dashboard, with its chart', () => {
  const loaded = new Set<string>()
  const load = (path: string) => {
    if (loaded.has(path)) return
    loaded.add(path)
    for (const [, name] of read(path).matchAll(/["'`./]([\w-]+\.js)["'`]/g)) load(`assets/${name}`)
  }
  for (const [, url] of read('index.html').matchAll(/(?:src|href)="\/(assets\/[^"]+\.js)"/g)) load(url!)
  expect([...loaded].some((path) => path.includes('chart-canvas'))).toBe(true)
  const packed = [...loaded].map((path) => statSync(join(one, `${path}.gz`)).size)
  expect(packed.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(100_000)
})

it('names what the pages load after its content, so that it can be kept for ever', () => {
  const assets = all(one).filter((path) => path.startsWith('assets/'))
  for (const path of assets) expect(path).toMatch(/-[\w-]{8}\.(js|css|svg)(\.gz)?$/)
})

it('keeps the clips small', () => {
  for (const clip of all(one).filter((path) => path.endsWith('.mp4')))
    expect(statSync(join(one, clip)).size).toBeLessThan(20_000)
})
