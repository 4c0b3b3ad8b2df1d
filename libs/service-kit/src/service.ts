import { type IncomingMessage, type OutgoingHttpHeader, type OutgoingHttpHeaders, ServerResponse } from 'node:http'
import swagger from '@fastify/swagger'
import { TypeBoxValidatorCompiler } from '@fastify/type-provider-typebox'
import Fastify, {
  type FastifyBaseLogger,
  type FastifyReply,
  type FastifyRequest,
  LogController,
  type onResponseHookHandler,
} from 'fastify'
import type { App } from './app.ts'
import { checkRequests } from './check-requests.ts'
import { addresses, type ServiceSettings } from './config.ts'
import { answerError, answerErrors, answerOddClients, answerSocketError } from './errors.ts'
import { healthRoutes, type Readiness } from './health.ts'
import { createLogger } from './logger.ts'
import type { Metrics } from './metrics.ts'
import { requestId } from './request-id.ts'
import type { Observe } from './request-seconds.ts'
import { buildSerializer } from './serializers.ts'
import { trustNetworks } from './trust-proxy.ts'

interface ServiceOptions {
  name: string
  title: string
  description: string
  config: ServiceSettings
  metrics: Metrics
  readiness: Readiness
  /** Maximum size of a body in bytes, unless a route has its own. */
  bodyLimit?: number
  /** OpenAPI security schemes that routes name in `security`. */
  securitySchemes?: Record<string, { type: 'http'; scheme: string; description?: string }>
}

type Headers = OutgoingHttpHeaders | OutgoingHttpHeader[]

/** A Fastify app with what every service needs; the caller adds routes. It does not listen. */
export async function createService(options: ServiceOptions): Promise<App> {
  const { name, title, description, config, metrics, readiness, bodyLimit = 16 * 1024, securitySchemes } = options
  // close() waits for keep-alive connections, so each is closed with its next response
  let closing = false
  const isClosing = () => closing
  const app: App = Fastify({
    loggerInstance: createLogger(name, config.LOG_LEVEL) as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    // with an empty list Fastify would still check the addresses of each request
    trustProxy: config.TRUST_PROXY === '' ? false : trustNetworks(addresses(config.TRUST_PROXY)),
    bodyLimit,
    requestTimeout: 7000,
    connectionTimeout: 10_000,
    keepAliveTimeout: 5000,
    http: {
      headersTimeout: 5000,
      connectionsCheckingInterval: 1000,
      ServerResponse: responseClass(isClosing),
      requireHostHeader: false,
    },
    routerOptions: { ignoreTrailingSlash: true },
    return503OnClosing: false,
    genReqId: requestId,
    // log lines contain the request id; a child logger for each request took 3 % of the time of click-ingest
    childLoggerFactory: (logger) => logger,
    clientErrorHandler: answerSocketError,
    frameworkErrors: answerError,
    schemaController: { compilersFactory: { buildSerializer } },
  })
  app.setValidatorCompiler(TypeBoxValidatorCompiler)
  app.removeContentTypeParser('text/plain')
  app.addHook('preClose', (done) => {
    closing = true
    done()
  })
  measureRequests(app, metrics)
  answerErrors(app)
  answerOddClients(app)
  checkRequests(app)
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title, description, version: '1.0.0' },
      ...(securitySchemes && { components: { securitySchemes } }),
    },
  })
  app.get('/openapi.json', { schema: { hide: true } }, () => app.swagger())
  healthRoutes(app, { readiness, metrics, isClosing })
  return app
}

// Each route gets its own hook, because `request.routeOptions` creates an object on each access. Routes with `endless` in their
// config respond until the client leaves, so their duration is not observed.
function measureRequests(app: App, { requestSeconds }: Metrics) {
  app.addHook('onRoute', (route) => {
    const byMethod = new Map([route.method].flat().map((method) => [method, requestSeconds.of(method, route.url)]))
    const { endless } = (route.config ?? {}) as { endless?: boolean }
    const measure = measuring(({ method }, { statusCode }) =>
      endless && statusCode === 200 ? undefined : byMethod.get(method),
    )
    route.onResponse = route.onResponse === undefined ? measure : [measure, ...[route.onResponse].flat()]
  })
  // unknown routes have no `onRoute`; this hook runs for all requests
  app.addHook(
    'onResponse',
    measuring((request) => (request.is404 ? requestSeconds.of(request.method, 'none') : undefined)),
  )
}

function measuring(
  observerOf: (request: FastifyRequest, reply: FastifyReply) => Observe | undefined,
): onResponseHookHandler {
  return function measure(request, reply, done) {
    observerOf(request, reply)?.(reply.statusCode, reply.elapsedTime)
    done()
  }
}

/** Sends `Connection: close` with every response once `isClosing`. Cheaper than a hook for every response. */
function responseClass(isClosing: () => boolean): typeof ServerResponse {
  return class ClosingResponse<T extends IncomingMessage> extends ServerResponse<T> {
    override writeHead(status: number, reason?: string | Headers, headers?: Headers) {
      if (isClosing()) this.shouldKeepAlive = false
      return super.writeHead(status, reason as string, headers)
    }
  } as typeof ServerResponse
}
