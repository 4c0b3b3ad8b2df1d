import replyFrom from '@fastify/reply-from'
import { problem, type App } from '@ads-tracker/service-kit'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { IncomingHttpHeaders } from 'node:http'

type Headers = IncomingHttpHeaders

/** What a gateway says of a service that did not answer; the template of nginx says the same. */
export const details = {
  unavailable: 'The service behind the gateway cannot be reached: nothing was sent to it',
  bad_gateway: 'The service behind the gateway gave no answer: the request may have been carried out',
}

// About the connection to the client (RFC 9110, section 7.6.1), and `expect`, which this server has answered already.
const hopByHop = [
  ...['connection', 'keep-alive', 'proxy-connection', 'te', 'trailer', 'transfer-encoding', 'upgrade'],
  ...['http2-settings', 'expect'],
]
// The gateway is the edge: what a client claims about proxies before it is not passed on.
const claims = ['forwarded', 'x-real-ip', ...['for', 'host', 'port', 'proto'].map((what) => `x-forwarded-${what}`)]
const unreachable = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'UND_ERR_CONNECT_TIMEOUT']

/**
 * Registers the proxy; returns what makes a handler that sends requests on to an origin, each once, and streams the answer.
 * `path` is asked for instead of that of the request. `connections` to it at most (null is no bound), `bodyTimeout` milliseconds between two parts of an answer.
 */
export async function forwarding(
  app: App,
  limits: { connections: number | null; bodyTimeout: number } = { connections: 256, bodyTimeout: 30_000 },
): Promise<(origin: string, path?: string) => (request: FastifyRequest, reply: FastifyReply) => void> {
  await app.register(replyFrom, {
    disableCache: true,
    disableRequestLogging: true,
    destroyAgent: true,
    // Shorter than the services keep an idle connection, so that no request meets one that is just being closed.
    undici: { ...limits, pipelining: 1, keepAliveTimeout: 4000, headersTimeout: 9000, connect: { timeout: 2000 } },
  })
  return (origin, path) => (request, reply) => {
    const body = request.body as Buffer | undefined
    reply.from(path, {
      getUpstream: () => origin,
      // A type of its own keeps the proxy from encoding the bytes again; the client's is put back with the headers.
      ...(body && { body, contentType: 'application/octet-stream' }),
      rewriteRequestHeaders: (_request, headers) => requestHeaders(request, headers),
      rewriteHeaders: (headers) => without(headers, hopByHop),
      retryDelay: () => null,
      onError: (to, { error }) => void to.send(failure(error)),
    })
  }
}

function requestHeaders(request: FastifyRequest, headers: Headers): Headers {
  return {
    ...without(headers, [...hopByHop, ...claims, 'content-type']),
    ...(request.headers['content-type'] && { 'content-type': request.headers['content-type'] }),
    'x-forwarded-for': request.ip,
    'x-forwarded-proto': request.protocol,
    'x-forwarded-host': request.host,
    'x-request-id': request.id,
  }
}

function without<T extends Headers>(headers: T, names: string[]): T {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !names.includes(name))) as T
}

function failure(error: Error) {
  const { code } = (error.cause ?? error) as NodeJS.ErrnoException
  const reason = code && unreachable.includes(code) ? 'unavailable' : 'bad_gateway'
  return problem(reason, { detail: details[reason], headers: { 'retry-after': '1' }, cause: error })
}
