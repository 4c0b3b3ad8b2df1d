import { once } from 'node:events'
import { connect } from 'node:net'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { Type } from '@sinclair/typebox'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type App, createMetrics, createService, loadConfig, serviceSettings } from '../src/index.ts'

async function aService(env: Record<string, string> = {}): Promise<App> {
  const app = await createService({
    name: 'test',
    title: 'Test',
    description: 'A service of tests',
    config: loadConfig(Type.Object(serviceSettings(0)), { LOG_LEVEL: 'silent', ...env }),
    metrics: createMetrics('test'),
    readiness: () => ({}),
  })
  const querystring = Type.Object({ minutes: Type.Optional(Type.String()) })
  app.get('/ads/numbers', { schema: { querystring } }, async () => ({ ok: true }))
  // answers only once the client's sending half is known to be closed
  app.get('/ads/after-end', async ({ raw }) => {
    if (!raw.socket.readableEnded) await once(raw.socket, 'end')
    return { ok: true }
  })
  const many = Type.Object({ ad_id: Type.Union([Type.String(), Type.Array(Type.String())]) })
  app.get('/ads/some', { schema: { querystring: many } }, async ({ query }) => query)
  app.get('/ads/ip', async ({ ip }) => ({ ip }))
  app.post('/ads/click', async () => ({ ok: true }))
  onTestFinished(() => app.close())
  return app
}

/** What the service answers to these bytes, with the sending half closed after them. */
async function answerTo(app: App, bytes: string): Promise<string> {
  if (!app.server.listening) await app.listen({ host: '127.0.0.1', port: 0 })
  const socket = connect({ port: (app.server.address() as AddressInfo).port, host: '127.0.0.1', allowHalfOpen: true })
  await once(socket, 'connect')
  socket.end(bytes)
  return text(socket)
}

describe('a query parameter', () => {
  it.each(['minute=10', 'minutes[]=10', 'from=yesterday', 'minutes=1&x=2'])(
    'that the route does not know is named: %s',
    async (query) => {
      const answer = await (await aService()).inject(`/ads/numbers?${query}`)
      expect(answer.statusCode).toBe(400)
      expect(answer.headers['content-type']).toBe('application/problem+json')
      const field = query.includes('x=') ? 'x' : query.split('=')[0]
      expect(answer.json()).toMatchObject({
        code: 'invalid_request',
        detail: `${field} is not a parameter of this route: the parameters are minutes`,
        errors: [{ field, message: 'is not a parameter of this route' }],
      })
    },
  )

  it('that comes twice is refused', async () => {
    const answer = await (await aService()).inject('/ads/numbers?minutes=1&minutes=2')
    expect(answer.json()).toMatchObject({ status: 400, errors: [{ field: 'minutes', message: 'must be given once' }] })
  })

  it('that comes twice is taken where there may be many', async () => {
    const app = await aService()
    expect((await app.inject('/ads/some?ad_id=1&ad_id=2')).json()).toEqual({ ad_id: ['1', '2'] })
    expect((await app.inject('/ads/some?ad_id=1')).json()).toEqual({ ad_id: '1' })
  })

  it('of a route without parameters is refused, and does no harm to a probe', async () => {
    const app = await aService()
    expect((await app.inject('/ads/ip?x=1')).json().detail).toBe(
      'x is not a parameter of this route: there are no parameters',
    )
    expect((await app.inject('/livez?x=1')).statusCode).toBe(200)
    expect((await app.inject('/ads/numbers?minutes=1')).statusCode).toBe(200)
  })
})

describe('what the HTTP layer refuses', () => {
  it.each([
    ['no Host', 'GET /ads/numbers HTTP/1.1\r\n\r\n', 400, 'bad_http'],
    [
      'an Expect that nobody knows',
      'GET /ads/numbers HTTP/1.1\r\nhost: a\r\nexpect: a-miracle\r\n\r\n',
      417,
      'expectation_failed',
    ],
    [
      'headers that are too large',
      `GET /ads/numbers HTTP/1.1\r\nhost: a\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`,
      431,
      'headers_too_large',
    ],
    ['what is not HTTP', 'hello\r\n\r\n', 400, 'bad_http'],
  ])('is a problem document: %s', async (_name, bytes, status, code) => {
    const [head = '', body = ''] = (await answerTo(await aService(), bytes)).split('\r\n\r\n')
    expect(head).toContain(`HTTP/1.1 ${status} `)
    expect(head.toLowerCase()).toContain('content-type: application/problem+json')
    expect(JSON.parse(body.replace(/^[0-9a-f]+\r\n/, '').replace(/\r\n0$/, ''))).toMatchObject({ status, code })
  })

  it('is a body with a content encoding, with the one that is taken', async () => {
    const answer = await (
      await aService()
    ).inject({ method: 'POST', url: '/ads/click', headers: { 'content-encoding': 'gzip' }, payload: {} })
    expect(answer.statusCode).toBe(415)
    expect(answer.headers['accept-encoding']).toBe('identity')
    expect(answer.json().code).toBe('unsupported_media_type')
  })

  it('is a media type that is not taken, with those that are', async () => {
    const answer = await (
      await aService()
    ).inject({ method: 'POST', url: '/ads/click', headers: { 'content-type': 'text/html' }, payload: '<p>' })
    expect(answer.statusCode).toBe(415)
    expect(answer.headers['accept-post']).toBe('application/json')
    expect(answer.json().detail).toBe('The Content-Type must be one of: application/json')
  })
})

it('answers a client that closes its sending half after the request', async () => {
  expect(
    await answerTo(await aService(), 'GET /ads/after-end HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n'),
  ).toContain('{"ok":true}')
})

it('takes a path with a slash at its end as the same route, and names no method that was used as missing', async () => {
  const app = await aService()
  expect((await app.inject({ method: 'POST', url: '/ads/click/', payload: {} })).statusCode).toBe(200)
  const refused = await app.inject('/ads/click/')
  expect([refused.statusCode, refused.headers.allow]).toEqual([405, 'POST'])
})

it.each([
  ['192.0.2.7:4711, 10.0.0.2:443', '192.0.2.7:4711'],
  ['[2001:db8::7]:4711, [fd00::2]:443', '[2001:db8::7]:4711'],
  ['192.0.2.7, 10.0.0.2', '192.0.2.7'],
])('knows its proxies also where a hop carries a port: %s', async (forwarded, ip) => {
  const app = await aService({ TRUST_PROXY: '127.0.0.1/32,10.0.0.0/8,fd00::/8' })
  expect((await app.inject({ url: '/ads/ip', headers: { 'x-forwarded-for': forwarded } })).json()).toEqual({ ip })
})
