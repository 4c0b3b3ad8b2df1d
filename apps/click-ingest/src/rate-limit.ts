import { isIPv6 } from 'node:net'
import { ipv6Network } from '@ads-tracker/events'
import rateLimit from '@fastify/rate-limit'
import { type App, problem } from '@ads-tracker/service-kit'
import type { FastifyRequest } from 'fastify'
import type { Config } from './config.ts'
import { peerOf } from './peer.ts'

/** Counts `events` more against the limit of the peer. Throws 429 and counts none of them when they are more than is left. */
export type Charge = (request: FastifyRequest, events: number) => Promise<void>

const week = 7 * 24 * 60 * 60 * 1000
const costOfOld = 10

/**
 * How many events one counts for. The rollups of a minute, an hour and a day of the past are made anew for it and kept, so
 * that one older than a week counts as ten.
 */
export function costOf(event: unknown): number {
  const { timestamp } = (event ?? {}) as { timestamp?: unknown }
  return typeof timestamp === 'string' && Date.parse(timestamp) < Date.now() - week ? costOfOld : 1
}

/**
 * A limit for each peer, in events, so that one abusive source is told 429 while the others go on. The peer is who connected, or whom a
 * trusted proxy names, never what the body or an unknown proxy claims; an IPv6 customer owns a whole /64, so that is what
 * counts as one. A request counts as one event when it arrives, and for the rest of its events when it was read.
 */
export async function limitRate(
  app: App,
  config: Pick<Config, 'RATE_LIMIT_MAX' | 'RATE_LIMIT_WINDOW_SECONDS'>,
): Promise<Charge> {
  if (config.RATE_LIMIT_MAX === 0) return async () => {}
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
    errorResponseBuilder: (_request, { ttl }) => limited(ttl),
  })
  const check = app.createRateLimit()
  return async function charge(request, events) {
    if (events <= 0) return
    const left = await check(request, { increment: false })
    if (!left.isAllowed && left.remaining < events) throw limited(left.ttl)
    for (let counted = 0; counted < events; counted += 1) await check(request)
  }

  function limited(ttl: number) {
    return problem('rate_limited', {
      detail:
        `${config.RATE_LIMIT_MAX} events are allowed each ${config.RATE_LIMIT_WINDOW_SECONDS} s; ` +
        `one older than a week counts as ${costOfOld}`,
      headers: { 'retry-after': String(Math.max(1, Math.ceil(ttl / 1000))) },
    })
  }
}
