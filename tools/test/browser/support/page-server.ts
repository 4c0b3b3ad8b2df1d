import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'

const clip = readFileSync(fileURLToPath(new URL('../../../../libs/dashboard/demo/clips/1.mp4', import.meta.url)))

/** A page with a video, of another origin than the API, until the test ends: `pages` has the text by path. Resolves with its origin. */
export function servePage(pages: Record<string, string>): Promise<string> {
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://page').pathname
    if (path === '/clip.mp4')
      return response.writeHead(200, { 'content-type': 'video/mp4', 'content-length': clip.length }).end(clip)
    const html = pages[path]
    const type = path.endsWith('.js') ? 'text/javascript' : 'text/html; charset=utf-8'
    return html === undefined
      ? response.writeHead(204).end()
      : response.writeHead(200, { 'content-type': type }).end(html)
  })
  return listen(server)
}

/** The origin of a server that is closed with the test. */
export async function listen(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => server.close().closeAllConnections())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

interface PageOptions {
  adId: number | string
  script: string
  attributes?: string
  before?: string
  above?: number
}

/** The snippet of the README on an otherwise empty page. */
export function pageWith({ adId, script, attributes = '', before = '', above = 0 }: PageOptions): string {
  return `<!doctype html><meta charset="utf-8"><title>A page</title><link rel="icon" href="data:,">${before}
    <div style="height:${above}px"></div>
    <video data-ad-id="${adId}" src="/clip.mp4" width="480" height="270" muted autoplay loop playsinline></video>
    <p id="intact">before</p>
    <script src="${script}" ${attributes}></script>
    <script>document.querySelector('#intact').textContent = 'intact'</script>`
}
