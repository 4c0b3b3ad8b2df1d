import type { FastifyRequest } from 'fastify'
import type { App } from './app.ts'
import { problem, type Problem } from './problem.ts'

/**
 * Rejects requests that no route can serve: without a Host, with an encoded body, or with query parameters that are unknown or
 * wrongly repeated, so that a misspelled parameter is not ignored. Runs after `onRequest`, when the CORS headers are set, so that
 * a page can read the problem.
 */
export function checkRequests(app: App): void {
  app.addHook('preParsing', function checkRequest(request, _reply, payload, done) {
    const found = requestProblem(request)
    if (found) done(found)
    else done(null, payload)
  })
}

/** The problem of an HTTP/1.1 request without a Host (RFC 9110, section 7.2). Node would respond without a body. */
export function missingHost({ headers, raw }: FastifyRequest): Problem | undefined {
  return headers.host === undefined && raw.httpVersion === '1.1'
    ? problem('bad_http', { detail: 'The Host header is missing' })
    : undefined
}

function requestProblem(request: FastifyRequest): Problem | undefined {
  const missing = missingHost(request)
  if (missing) return missing
  const encoding = request.headers['content-encoding']
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity') {
    return problem('unsupported_media_type', {
      detail: `The body must be sent without a content encoding, not as ${encoding.slice(0, 50)}`,
      headers: { 'accept-encoding': 'identity' },
    })
  }
  return request.originalUrl.includes('?') && !request.is404 ? queryProblem(request) : undefined
}

interface Property {
  anyOf?: { type?: string }[]
}
const isMany = (property: Property | undefined) => property?.anyOf?.some(({ type }) => type === 'array') ?? false

function queryProblem(request: FastifyRequest): Problem | undefined {
  const schema = request.routeOptions.schema as
    { hide?: boolean; querystring?: { properties?: Record<string, Property> } } | undefined
  // probes and metrics: additional parameters are ignored
  if (schema?.hide) return undefined
  const properties = schema?.querystring?.properties ?? {}
  const known = Object.keys(properties)
  const errors = Object.entries(request.query as Record<string, unknown>).flatMap(([name, value]) => {
    const field = name.slice(0, 100)
    if (!known.includes(name)) return [{ field, message: 'is not a parameter of this route' }]
    return Array.isArray(value) && !isMany(properties[name]) ? [{ field, message: 'must be given once' }] : []
  })
  if (errors.length === 0) return undefined
  const takes = known.length > 0 ? `the parameters are ${known.join(', ')}` : 'there are no parameters'
  return problem('invalid_request', {
    detail: `${errors.map(({ field, message }) => `${field} ${message}`).join('; ')}: ${takes}`,
    errors,
  })
}
