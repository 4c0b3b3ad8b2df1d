import { relative } from 'node:path'
import fastifyStatic from '@fastify/static'
import type { App } from '@ads-tracker/service-kit'
import type { FastifyRequest } from 'fastify'

const policy = [
  "default-src 'self'",
  "img-src 'self' data:",
  // swagger-ui styles its elements one by one
  "style-src 'self' 'unsafe-inline'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join('; ')
const always = { 'x-content-type-options': 'nosniff', 'referrer-policy': 'strict-origin-when-cross-origin' }
const page = { ...always, 'content-security-policy': policy, 'cache-control': 'no-cache' }
// Other origins load the tracker, and read it when they check its integrity.
const script = { ...always, 'access-control-allow-origin': '*', 'cross-origin-resource-policy': 'cross-origin' }
const newest = { ...script, 'cache-control': 'public, max-age=300' }
const pinned = { ...script, 'cache-control': 'public, max-age=31536000, immutable' }

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

  for (const url of ['/openapi.json', '/docs/*', '/demo/*', '/tracker.js', '/tracker.json', '/tracker-:release.js']) {
    app.get(url, (request, reply) => reply.sendFile(file(request)))
  }
  for (const name of ['docs', 'demo']) {
    for (const url of [`/${name}`, `/${name}/`]) app.get(url, (_request, reply) => reply.sendFile(`${name}/index.html`))
  }
}

function headersOf(path: string): Record<string, string> {
  if (path.startsWith('tracker-')) return pinned
  return path.startsWith('tracker.') ? newest : page
}
