import cors from '@fastify/cors'
import { type App, problem } from '@ads-tracker/service-kit'
import type { FastifyRequest } from 'fastify'
import type { Config } from './config.ts'

const dayInSeconds = 24 * 60 * 60

/**
 * Pages of our own host and of CORS_ORIGINS may record from a browser. A browser sends a `text/plain` body for any page and only
 * hides the response, so the origin is checked here, before anything is recorded. Servers and apps send no `Origin` and may
 * record. Allowed pages can read every response (CORS protocol of the Fetch standard). Cookies are not used.
 */
export async function allowOrigins(app: App, { CORS_ORIGINS }: Pick<Config, 'CORS_ORIGINS'>) {
  const listed = CORS_ORIGINS.split(',').map((origin) => origin.trim())
  if (CORS_ORIGINS !== '*') app.addHook('onRequest', (request, _reply, done) => done(originProblem(request, listed)))
  if (CORS_ORIGINS === '') return
  await app.register(cors, {
    origin: CORS_ORIGINS === '*' ? '*' : listed,
    methods: ['POST'],
    allowedHeaders: ['content-type', 'idempotency-key'],
    exposedHeaders: ['retry-after'],
    maxAge: dayInSeconds,
  })
}

function originProblem({ headers: { origin }, host, method }: FastifyRequest, listed: string[]) {
  if (origin === undefined || method !== 'POST' || listed.includes(origin) || isOfHost(origin, host)) return undefined
  return problem('origin_not_allowed', {
    detail: `${origin.slice(0, 100)} is not allowed by CORS_ORIGINS of click-ingest`,
  })
}

// Ignores the scheme, because a proxy may terminate TLS.
function isOfHost(origin: string, host: string): boolean {
  return URL.canParse(origin) && new URL(origin).host === host
}
