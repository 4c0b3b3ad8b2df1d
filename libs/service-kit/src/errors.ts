import { randomUUID } from 'node:crypto'
import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { Problem, type ProblemCode, problemCodes, problemOf, type ProblemOptions } from './problem.ts'
import type { App } from './app.ts'

const byFastifyCode: Record<string, ProblemCode> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'payload_too_large',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'malformed_json',
  FST_ERR_CTP_INVALID_JSON_BODY: 'malformed_json',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'bad_http',
  FST_ERR_BAD_URL: 'bad_http',
  FST_ERR_MAX_PARAM_LENGTH: 'not_found',
}

/** Turns every error and every unknown route or method of the app into problem+json. */
export function answerErrors(app: App) {
  const allowedMethods = collectRoutes(app)

  // an unknown route or method takes precedence over an invalid body
  app.setErrorHandler((error: FastifyError, request, reply) =>
    request.is404 ? answerUnknown(request, reply) : answerError(error, request, reply),
  )
  app.setNotFoundHandler(answerUnknown)

  function answerUnknown(request: FastifyRequest, reply: FastifyReply) {
    const path = request.url.split('?', 1)[0] ?? request.url
    const allowed = allowedMethods(path).filter((method) => method !== request.method)
    if (allowed.length === 0) return send(reply, 'not_found', { detail: `No route matches ${path}` })
    const headers = { allow: allowed.join(', ') }
    return send(reply, 'method_not_allowed', { detail: `${path} supports ${headers.allow}`, headers })
  }
}

/** Sends an error as problem+json; also errors before routing, such as a path that cannot be decoded. */
export function answerError(error: FastifyError, request: FastifyRequest, reply: FastifyReply) {
  const { code, options } = classify(error, request)
  if (problemCodes[code].status >= 500 && !(error instanceof Problem))
    request.log.error({ err: error, reqId: request.id }, 'request failed')
  return send(reply, code, options)
}

function send(reply: FastifyReply, code: ProblemCode, options: ProblemOptions) {
  const body = problemOf(code, options, reply.request.id)
  // A string, because the response schema of the route would drop unknown members.
  return reply
    .code(body.status)
    .headers({ ...(body.status === 503 && { 'retry-after': '1' }), ...options.headers })
    .type('application/problem+json')
    .serializer(String)
    .send(JSON.stringify(body))
}

function classify(error: FastifyError, request: FastifyRequest): { code: ProblemCode; options: ProblemOptions } {
  if (error instanceof Problem) return { code: error.code, options: { ...error, detail: error.message } }
  if (error.validation) return { code: 'invalid_request', options: invalidFields(error) }
  if (error.code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE')
    return { code: 'unsupported_media_type', options: acceptedTypes(request) }
  const known = byFastifyCode[error.code]
  if (known) return { code: known, options: { detail: error.message } }
  // errors of body parsing, such as prototype poisoning, have a 4xx status
  if (error.statusCode === 400 && error instanceof SyntaxError)
    return { code: 'malformed_json', options: { detail: error.message } }
  if (error.statusCode && error.statusCode >= 400 && error.statusCode < 500)
    return { code: 'bad_http', options: { detail: error.message } }
  return { code: 'internal_error', options: {} }
}

function acceptedTypes({ server, method }: FastifyRequest): ProblemOptions {
  const taken = ['application/json', 'text/plain'].filter((type) => server.hasContentTypeParser(type)).join(', ')
  const name = method === 'PATCH' ? 'accept-patch' : 'accept-post'
  return { detail: `The Content-Type must be one of: ${taken}`, headers: { [name]: taken } }
}

function invalidFields(error: FastifyError): ProblemOptions {
  const byField = new Map<string, string>()
  for (const { instancePath, message = 'is not valid' } of error.validation ?? []) {
    const field = instancePath.slice(1).split('/')[0] || (error.validationContext ?? 'body')
    if (!byField.has(field))
      byField.set(
        field,
        message.startsWith('Expected required') ? 'is required' : message.replace(/^Expected/, 'must be'),
      )
  }
  const errors = [...byField].map(([field, message]) => ({ field, message }))
  return { detail: errors.map(({ field, message }) => `${field} ${message}`).join('; '), errors }
}

function collectRoutes(app: App): (path: string) => string[] {
  const routes: { pattern: RegExp; hasParameter: boolean; methods: string[] }[] = []
  app.addHook('onRoute', ({ url, method }) => {
    const pattern = new RegExp(`^${url.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/:\w+/g, '[^/]+')}/?$`)
    routes.push({ pattern, hasParameter: url.includes(':'), methods: [method].flat() })
  })
  return (path) => {
    const found = routes.filter(({ pattern }) => pattern.test(path))
    // as in the router, a static path takes precedence over one with a parameter
    const exact = found.filter(({ hasParameter }) => !hasParameter)
    return [...new Set((exact.length > 0 ? exact : found).flatMap(({ methods }) => methods))].sort()
  }
}

const bySocketCode: Record<string, ProblemCode> = {
  ERR_HTTP_REQUEST_TIMEOUT: 'request_timeout',
  HPE_HEADER_OVERFLOW: 'headers_too_large',
}

/**
 * By default Node responds to an unknown `Expect` without a body, and ends the response to a client that has closed its sending
 * half after its request.
 */
export function answerOddClients(app: App): void {
  Object.assign(app.server, { httpAllowHalfOpen: true })
  app.server.on('checkExpectation', ({ headers }: IncomingMessage, response: ServerResponse) => {
    const detail = `The only expectation that is met is 100-continue, not ${headers.expect?.slice(0, 50)}`
    const body = JSON.stringify(problemOf('expectation_failed', { detail }, randomUUID()))
    response.writeHead(417, { connection: 'close', 'content-type': 'application/problem+json' }).end(body)
  })
}

/** Responds to what could not be parsed as a request: too slow, too large, or not HTTP. */
export function answerSocketError(error: Error & { code?: string }, socket: Socket) {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy(error)
  const problem = problemOf(bySocketCode[error.code ?? ''] ?? 'bad_http', {}, randomUUID())
  const body = JSON.stringify(problem)
  socket.end(
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}\r\nconnection: close\r\ncontent-type: application/problem+json\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  )
}
