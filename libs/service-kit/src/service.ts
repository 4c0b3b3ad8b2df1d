import { randomUUID } from 'node:crypto'
import swagger from '@fastify/swagger'
import { type TypeBoxTypeProvider, TypeBoxValidatorCompiler } from '@fastify/type-provider-typebox'
import Fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  LogController,
  type RawReplyDefaultExpression,
  type RawRequestDefaultExpression,
  type RawServerDefault,
} from 'fastify'
import { addresses, type ServiceSettings } from './config.ts'
import { answerError, answerErrors, answerSocketError } from './errors.ts'
import { healthRoutes, type Readiness } from './health.ts'
import { createLogger } from './logger.ts'
import type { Metrics } from './metrics.ts'

export type App = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>

export interface ServiceOptions {
  name: string
  title: string
  description: string
  config: ServiceSettings
  metrics: Metrics
  readiness: Readiness
  /** Bytes; the largest body that a route takes unless it says otherwise. */
  bodyLimit?: number
  /** OpenAPI security schemes that routes name in `security`. */
  securitySchemes?: Record<string, { type: 'http'; scheme: string; description?: string }>
}

const requestIdPattern = /^[\w-]{1,64}$/

/** A Fastify app with everything that each of our services needs; routes are the caller's. It does not listen. */
export async function createService(options: ServiceOptions): Promise<App> {
  const { name, title, description, config, metrics, readiness, bodyLimit = 16 * 1024, securitySchemes } = options
  const app: App = Fastify({
    loggerInstance: createLogger(name, config.LOG_LEVEL) as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    trustProxy: addresses(config.TRUST_PROXY),
    bodyLimit,
    requestTimeout: 8000,
    connectionTimeout: 10_000,
    keepAliveTimeout: 5000,
    http: { headersTimeout: 5000, connectionsCheckingInterval: 1000 },
    return503OnClosing: false,
    genReqId: (request) => {
      const given = request.headers['x-request-id']
      return typeof given === 'string' && requestIdPattern.test(given) ? given : randomUUID()
    },
    clientErrorHandler: answerSocketError,
    frameworkErrors: answerError,
  })
  app.setValidatorCompiler(TypeBoxValidatorCompiler)
  app.removeContentTypeParser('text/plain')
  const isClosing = closeConnectionsWhenClosing(app)
  measureRequests(app, metrics)
  answerErrors(app)
  await app.register(swagger, { openapi: { openapi: '3.1.0', info: { title, description, version: '1.0.0' }, ...(securitySchemes && { components: { securitySchemes } }) } })
  app.get('/openapi.json', { schema: { hide: true } }, () => app.swagger())
  healthRoutes(app, { readiness, metrics, isClosing })
  return app
}

// Fastify's close() waits for keep-alive clients, so that each is told to go with its next answer.
function closeConnectionsWhenClosing(app: App): () => boolean {
  let closing = false
  app.addHook('preClose', (done) => {
    closing = true
    done()
  })
  app.addHook('onSend', (_request, reply, payload, done) => {
    if (closing) reply.header('connection', 'close')
    done(null, payload)
  })
  return () => closing
}

function measureRequests(app: App, { requestSeconds }: Metrics) {
  app.addHook('onResponse', (request, reply, done) => {
    const route = request.routeOptions.url ?? 'none'
    requestSeconds.observe({ method: request.method, route, status: String(reply.statusCode) }, reply.elapsedTime / 1000)
    done()
  })
}
