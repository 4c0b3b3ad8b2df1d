import rateLimit from '@fastify/rate-limit'
import { Type } from '@sinclair/typebox'
import type { FastifyRequest } from 'fastify'
import type { App } from './app.ts'
import { networkOf } from './peer.ts'
import { problem } from './problem.ts'

/**
 * Counts `count` more against the limit of the client. If that exceeds the limit it throws a 429, and nothing is counted because
 * nothing was done yet. With `done`, the rest of the limit is used up.
 */
export type Charge = (request: FastifyRequest, count: number, done?: 'done') => Promise<void>

interface RateLimit {
  RATE_LIMIT_MAX: number
  RATE_LIMIT_WINDOW_SECONDS: number
}

/** The variables of {@link limitRate}; `what` says what is counted, and what counts as more than one. */
export function rateLimitSettings(max: number, what: string) {
  return {
    RATE_LIMIT_MAX: Type.Integer({
      default: max,
      minimum: 0,
      description: `Limit for one address (IPv6: one /64) in a window, in ${what}; 0 for no limit`,
    }),
    RATE_LIMIT_WINDOW_SECONDS: Type.Integer({
      default: 10,
      minimum: 1,
      description: 'Length of the window of the rate limit',
    }),
  }
}

/**
 * A limit for each client on all routes under /ads, so that an abusive client gets 429s while others are served. The client is
 * the one that connected, or that a trusted proxy forwards; see {@link networkOf}. Each request counts as one when it arrives; a
 * route charges for additional cost.
 */
export async function limitRate(app: App, config: RateLimit, what: string): Promise<Charge> {
  if (config.RATE_LIMIT_MAX === 0) return async () => {}
  await app.register(rateLimit, {
    global: false,
    max: config.RATE_LIMIT_MAX,
    timeWindow: config.RATE_LIMIT_WINDOW_SECONDS * 1000,
    cache: 20_000,
    // checks the route, too, because `/%61ds/click` is the same route
    allowList: (request) => !request.url.startsWith('/ads') && !request.routeOptions.url?.startsWith('/ads'),
    keyGenerator: networkOf,
    errorResponseBuilder: (_request, { ttl }) => limited(ttl),
  })
  // hooks of the app run before those of routes, which look up API keys
  app.addHook('onRequest', app.rateLimit())
  const check = app.createRateLimit()
  return async function charge(request, count, done) {
    if (count <= 0) return
    const left = await check(request, { increment: false })
    if (left.isAllowed) return
    const isTooMuch = left.remaining < count
    const counted = isTooMuch ? (done ? left.remaining : 0) : count
    for (let index = 0; index < counted; index += 1) await check(request)
    if (isTooMuch) throw limited(left.ttl)
  }

  function limited(ttl: number) {
    return problem('rate_limited', {
      detail: `The limit is ${config.RATE_LIMIT_MAX} per ${config.RATE_LIMIT_WINDOW_SECONDS} s, in ${what}`,
      headers: { 'retry-after': String(Math.max(1, Math.ceil(ttl / 1000))) },
    })
  }
}
