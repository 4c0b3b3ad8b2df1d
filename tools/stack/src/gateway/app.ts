import { answerError, answerOddClients, answerSocketError, missingHost } from '@ads-tracker/service-kit'
import { type App, createLogger, type Problem, problem, requestId } from '@ads-tracker/service-kit'
import Fastify, { LogController } from 'fastify'
import type { FastifyBaseLogger, FastifyReply, FastifyRequest } from 'fastify'
import { cleanUrl } from './clean-url.ts'
import type { Config } from './config.ts'
import { forwarding } from './forward.ts'
import { servePages } from './pages.ts'
import { forwardStreams } from './streams.ts'

/** What the largest batch may have (512 KiB) and a little more, so that the service itself says what is too large. */
export const bodyLimit = 576 * 1024
const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']

/** One public origin: the routes of click-ingest go there, the rest to ads-api, metrics nowhere. It does not listen. */
export async function buildApp(config: Config): Promise<App> {
  const app: App = Fastify({
    loggerInstance: createLogger('gateway', config.LOG_LEVEL) as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit,
    requestTimeout: 8000,
    connectionTimeout: 10_000,
    keepAliveTimeout: 5000,
    http: { headersTimeout: 5000, connectionsCheckingInterval: 1000, requireHostHeader: false },
    return503OnClosing: false,
    genReqId: requestId,
    rewriteUrl: (request) => cleanUrl(request.url ?? '/'),
    clientErrorHandler: answerSocketError,
    frameworkErrors: answerError,
  })
  takeAnyBody(app)
  sendClientsAwayWhenClosing(app)
  answerOddClients(app)
  app.addHook('onRequest', (request, _reply, done) => done(missingHost(request)))
  app.setErrorHandler(answer)
  app.setNotFoundHandler((request) => {
    // a route takes every path, so that what is not found is a method, or a file of the pages
    if (methods.includes(request.method)) return nothingThere(request)
    throw noSuchMethod()
  })
  await forwardStreams(app, config.ADS_API_URL, ['/ads/analytics/live', '/ads/analytics/live/', '/ads/exports/*'])
  const to = await forwarding(app)
  const [adsApi, clickIngest] = [to(config.ADS_API_URL), to(config.CLICK_INGEST_URL)]

  app.get('/livez', () => ({ status: 'alive' }))
  for (const url of ['/metrics', '/metrics/*']) app.route({ method: methods, url, handler: nothingThere })
  for (const url of ['/ads/click', '/ads/click/', '/ads/impression', '/ads/impression/'])
    app.route({ method: methods, url, handler: clickIngest })
  for (const url of ['/ads/events', '/ads/events/'])
    app.route({ method: ['POST', 'OPTIONS'], url, handler: clickIngest })
  app.get('/health/click-ingest', to(config.CLICK_INGEST_URL, '/readyz'))
  if (config.SITE_DIR) await servePages(app, config.SITE_DIR)
  app.route({ method: methods, url: '/*', handler: adsApi })
  return app
}

function noSuchMethod() {
  return problem('method_not_allowed', { headers: { allow: methods.join(', ') } }) as Problem &
    Parameters<typeof answerError>[0]
}

function nothingThere(request: FastifyRequest): never {
  throw problem('not_found', { detail: `No route matches ${request.url}` })
}

// Bytes as they came, read to their end before they are sent on: a slow client holds up the gateway alone.
function takeAnyBody(app: App) {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
}

function answer(error: Parameters<typeof answerError>[0], request: FastifyRequest, reply: FastifyReply) {
  if (request.is404 && !methods.includes(request.method)) return answerError(noSuchMethod(), request, reply)
  // Fastify would close the connection on a body that is too large, and the reset that follows takes the answer with it.
  // When it stays open, Node reads what is still coming and drops it, for as long as a request may take.
  reply.removeHeader('connection')
  return answerError(error, request, reply)
}

function sendClientsAwayWhenClosing(app: App) {
  let closing = false
  app.addHook('preClose', (done) => {
    closing = true
    done()
  })
  app.addHook('onSend', (_request, reply, payload, done) => {
    if (closing) reply.header('connection', 'close')
    done(null, payload)
  })
}
