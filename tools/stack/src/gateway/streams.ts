import type { App } from '@ads-tracker/service-kit'
import type { FastifyReply } from 'fastify'
import { forwarding } from './forward.ts'

// Streams of ads-api have a comment every 15 s.
const silentMs = 45_000

/**
 * Routes whose answers last: until the client leaves, or until it has read an export. They have connections of their own,
 * without a bound (ads-api has one), so that they take none from other requests. When the gateway closes they are cut,
 * because Fastify would wait for them; their clients come back by themselves.
 */
export async function forwardStreams(app: App, origin: string, urls: string[]): Promise<void> {
  const open = new Set<FastifyReply['raw']>()
  app.addHook('preClose', (done) => {
    for (const { socket } of open) socket?.destroySoon()
    done()
  })
  await app.register(async (scope: App) => {
    const forward = (await forwarding(scope, { connections: null, bodyTimeout: silentMs }))(origin)
    for (const url of urls) {
      scope.get(url, { exposeHeadRoute: false }, (request, reply) => {
        const { raw } = reply
        open.add(raw)
        raw.once('close', () => open.delete(raw))
        request.raw.socket.setTimeout(silentMs)
        forward(request, reply)
      })
    }
  })
}
