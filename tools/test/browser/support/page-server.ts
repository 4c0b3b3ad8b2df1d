import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'

const clip = readFileSync(fileURLToPath(new URL('../../../../libs/dashboard/demo/clips/1.mp4', import.meta.url)))

/** Somebody's page with a video, of another origin than the API: `html` by path. */
export async function servePage(pages: Record<string, string>) {
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
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.close()
      server.closeAllConnections()
    },
  }
}

/** The snippet of the README on an otherwise empty page. */
export function pageWith({
  adId,
  script,
  attributes = '',
  before = '',
  above = 0,
}: {
  adId: number
  script: string
  attributes?: string
  before?: string
  above?: number
}): string {
  return `<!doctype html><meta charset="utf-8"><title>A page</title><link rel="icon" href="data:,">${before}
    <div style="height:${above}px"></div>
    <video data-ad-id="${adId}" src="/clip.mp4" width="480" height="270" muted autoplay loop playsinline></video>
    <p id="intact">before</p>
    <script src="${script}" ${attributes}></script>
    <script>document.querySelector('#intact').textContent = 'intact'</script>`
}
