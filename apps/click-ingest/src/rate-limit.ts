import { isIPv6 } from 'node:net'
import { ipv6Network } from '@ads-tracker/events'
import rateLimit from '@fastify/rate-limit'
import { type App, problem } from '@ads-tracker/service-kit'
import type { Config } from './config.ts'
import { peerOf } from './peer.ts'

/**
 * A limit for each peer, so that one abusive source is told 429 while the others go on. The peer is who connected, or whom a
 * trusted proxy names, never what the body or an unknown proxy claims; an IPv6 customer owns a whole /64, so that is what
 * counts as one.
 */
export async function limitRate(app: App, config: Pick<Config, 'RATE_LIMIT_MAX' | 'RATE_LIMIT_WINDOW_SECONDS'>) {
  if (config.RATE_LIMIT_MAX === 0) return
  await app.register(rateLimit, {
    max: config.RATE_LIMIT_MAX,
    timeWindow: config.RATE_LIMIT_WINDOW_SECONDS * 1000,
    cache: 20_000,
    // the route counts and not only how it was written: `/%61ds/click` is the same one
    allowList: (request) => !request.url.startsWith('/ads/') && !request.routeOptions.url?.startsWith('/ads/'),
    keyGenerator(request) {
      const peer = peerOf(request)
      return isIPv6(peer) ? ipv6Network(peer, 4) : peer
    },
    errorResponseBuilder: (_request, { max, ttl }) =>
      problem('rate_limited', {
        detail: `${max} requests are allowed each ${config.RATE_LIMIT_WINDOW_SECONDS} s`,
        headers: { 'retry-after': String(Math.ceil(ttl / 1000)) },
      }),
  })
}
