import { expect, test } from 'vitest'
import { get } from './support/client.ts'

test.each([
  ['/', 'text/html', 'no-cache'],
  ['/docs', 'text/html', 'no-cache'],
  ['/docs/', 'text/html', 'no-cache'],
  ['/demo', 'text/html', 'no-cache'],
  ['/demo/clips/1.mp4', 'video/mp4', 'no-cache'],
  ['/openapi.json', 'application/json', 'no-cache'],
  ['/tracker.js', 'javascript', 'public, max-age=300'],
])('%s is served as %s, kept as %s', async (path, type, kept) => {
  const { status, headers } = await get(path)
  expect(status).toBe(200)
  expect(headers.get('content-type')).toContain(type)
  expect(headers.get('cache-control')).toBe(kept)
  expect(headers.get('x-content-type-options')).toBe('nosniff')
})

test.each(['/', '/demo', '/docs'])(
  'the scripts and styles of %s have names that change with their content',
  async (page) => {
    const { body } = await get<string>(page)
    const assets = [...body.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map(([, path]) => path!)
    expect(assets.some((path) => path.endsWith('.js'))).toBe(true)
    expect(assets.some((path) => path.endsWith('.css'))).toBe(true)
    for (const path of assets) {
      const { status, headers } = await get(path)
      expect([path, status, headers.get('cache-control')]).toEqual([path, 200, 'public, max-age=31536000, immutable'])
    }
  },
)

test('the tracker is for pages of every origin, and one of its names never changes', async () => {
  const { body } = await get<{ url: string; integrity: string }>('/tracker.json')
  for (const path of ['/tracker.js', body.url])
    expect((await get(path)).headers.get('access-control-allow-origin')).toBe('*')
  expect((await get(body.url)).headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
})

test('pages load nothing from other origins', async () => {
  for (const path of ['/', '/docs', '/demo'])
    expect((await get(path)).headers.get('content-security-policy')).toContain("default-src 'self'")
})

test.each(['/docs/nothing.js', '/demo/clips/99.mp4', '/tracker-0.0.0-ffffffff.js'])(
  '%s does not exist, and the answer is not cached',
  async (path) => {
    const { status, headers, body } = await get<{ code: string }>(path)
    expect([status, body.code, headers.get('cache-control')]).toEqual([404, 'not_found', null])
  },
)

test('clips come in parts, as players ask for them', async () => {
  const { status, headers } = await get('/demo/clips/1.mp4', { range: 'bytes=0-99' })
  expect([status, headers.get('content-length')]).toEqual([206, '100'])
})
