import { relative } from 'node:path'
import fastifyStatic from '@fastify/static'
import type { App } from '@ads-tracker/service-kit'
import type { FastifyRequest } from 'fastify'

const policy = [
  "default-src 'self'",
  "img-src 'self' data:",
  "object-src 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join('; ')
const always = { 'x-content-type-options': 'nosniff', 'referrer-policy': 'strict-origin-when-cross-origin' }
const page = { ...always, 'content-security-policy': policy, 'cache-control': 'no-cache' }
const forEver = 'public, max-age=31536000, immutable'
const asset = { ...always, 'cache-control': forEver }
// Other origins load the tracker, and read it when they check its integrity.
const script = { ...always, 'access-control-allow-origin': '*', 'cross-origin-resource-policy': 'cross-origin' }
const newest = { ...script, 'cache-control': 'public, max-age=300' }
const pinned = { ...script, 'cache-control': forEver }

const files = [
  '/openapi.json',
  '/assets/*',
  '/docs/*',
  '/demo/*',
  '/tracker.js',
  '/tracker.json',
  '/tracker-:release.js',
]
/** The dashboard is one page, which shows what its path names. */
const pages: Record<string, string[]> = {
  'index.html': ['/', '/ad/*', '/event', '/event/', '/manage', '/manage/*', '/system', '/system/'],
  'docs/index.html': ['/docs', '/docs/'],
  'demo/index.html': ['/demo', '/demo/'],
}

/** Serves what libs/dashboard has built in `folder`: the pages, the merged document and the tracker. */
export async function servePages(app: App, folder: string): Promise<void> {
  await app.register(fastifyStatic, {
    root: folder,
    serve: false,
    preCompressed: true,
    cacheControl: false,
    // not by the routes: what is missing must not be kept for a year
    setHeaders: (reply, path) => void reply.headers(headersOf(relative(folder, path))),
  })
  const file = (request: FastifyRequest) => decodeURIComponent(request.url.split('?', 1)[0]!.slice(1))
  for (const url of files) app.get(url, (request, reply) => reply.sendFile(file(request)))
  for (const [name, urls] of Object.entries(pages)) {
    for (const url of urls) app.get(url, (_request, reply) => reply.sendFile(name))
  }
}

function headersOf(path: string): Record<string, string> {
  if (path.startsWith('assets/')) return asset
  if (path.startsWith('tracker-')) return pinned
  return path.startsWith('tracker.') ? newest : page
}
