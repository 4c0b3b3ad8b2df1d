import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildApp } from '../../src/gateway/app.ts'
import { configOf } from './support.ts'

const site = mkdtempSync(join(tmpdir(), 'site-'))
let app: Awaited<ReturnType<typeof buildApp>>

beforeAll(async () => {
  for (const [path, text] of Object.entries({
    'openapi.json': '{"openapi":"3.1.0"}',
    'index.html': '<title>dashboard</title>',
    'assets/main-abcd1234.js': 'main()',
    'docs/index.html': '<title>docs</title>',
    'docs/docs.js': 'docs()',
    'demo/index.html': '<title>demo</title>',
    'demo/clips/1.mp4': '0123456789',
    'tracker.js': 'track()',
    'tracker-1.0.0-abcd.js': 'track()',
    'secret.txt': 'secret',
  })) {
    mkdirSync(join(site, path, '..'), { recursive: true })
    writeFileSync(join(site, path), text)
    if (path === 'tracker.js') writeFileSync(join(site, `${path}.gz`), gzipSync(text))
  }
  app = await buildApp(configOf({ SITE_DIR: site }))
})
afterAll(async () => {
  await app.close()
  rmSync(site, { recursive: true })
})

describe('the pages', () => {
  it.each<[url: string, type: string, body: string]>([
    ...['/', '/?period=7d', '/ad/7?period=7d', '/event?id=x', '/manage', '/manage/new', '/system/'].map(
      (path) => [path, 'text/html', '<title>dashboard</title>'] as [string, string, string],
    ),
    ['/docs', 'text/html', '<title>docs</title>'],
    ['/docs/', 'text/html', '<title>docs</title>'],
    ['/docs/docs.js', 'javascript', 'docs()'],
    ['/demo?x=1', 'text/html', '<title>demo</title>'],
    ['/openapi.json', 'application/json', '{"openapi":"3.1.0"}'],
  ])('%s is there, for this origin alone and never stale', async (url, type, body) => {
    const answer = await app.inject(url)
    expect(answer.body).toBe(body)
    expect(answer.headers['content-type']).toContain(type)
    const headers = { 'cache-control': 'no-cache', 'x-content-type-options': 'nosniff', etag: expect.any(String) }
    expect(answer.headers).toMatchObject(headers)
    const policy = String(answer.headers['content-security-policy'])
    expect([policy.includes("default-src 'self'"), policy.includes('unsafe')]).toEqual([true, false])
  })

  it('load what never changes under its name, and is kept for a year', async () => {
    const answer = await app.inject('/assets/main-abcd1234.js')
    expect([answer.body, answer.headers['cache-control']]).toEqual(['main()', 'public, max-age=31536000, immutable'])
  })

  it('come in parts, as players ask for clips', async () => {
    const answer = await app.inject({ url: '/demo/clips/1.mp4', headers: { range: 'bytes=2-4' } })
    expect([answer.statusCode, answer.body]).toEqual([206, '234'])
  })

  it('are asked for again only when they have changed', async () => {
    const { headers } = await app.inject('/docs')
    expect((await app.inject({ url: '/docs', headers: { 'if-none-match': headers.etag } })).statusCode).toBe(304)
  })

  it.each([
    '/docs/nothing.js',
    '/assets/gone-00000000.js',
    '/assets/..%2fsecret.txt',
    '/docs/%2e%2e/secret.txt',
    '/demo/..%2fsecret.txt',
    '/tracker-1.0.0-ffff.js',
  ])('%s is not there', async (url) => {
    const answer = await app.inject(url)
    expect(answer.body).not.toContain('secret"')
    expect(answer.statusCode).toBeGreaterThanOrEqual(400)
    expect(answer.headers['content-type']).toContain('application/problem+json')
    expect(answer.headers).not.toHaveProperty('cache-control')
  })
})

describe('the tracker', () => {
  it('is the newest for five minutes as /tracker.js, and the same for a year under its own name', async () => {
    expect((await app.inject('/tracker.js')).headers['cache-control']).toBe('public, max-age=300')
    const pinned = await app.inject('/tracker-1.0.0-abcd.js')
    expect(pinned.headers['cache-control']).toBe('public, max-age=31536000, immutable')
  })

  it('can be loaded by pages of every origin, who check its integrity', async () => {
    expect((await app.inject('/tracker.js')).headers).toMatchObject({
      'access-control-allow-origin': '*',
      'cross-origin-resource-policy': 'cross-origin',
    })
  })

  it('comes packed for who understands that', async () => {
    const answer = await app.inject({ url: '/tracker.js', headers: { 'accept-encoding': 'gzip' } })
    expect(answer.headers['content-encoding']).toBe('gzip')
  })
})
