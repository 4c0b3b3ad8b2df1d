import { createServer, request, type IncomingHttpHeaders, type RequestListener } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { bodyLimit, buildApp } from '../../src/gateway/app.ts'
import { configOf } from './support.ts'

interface Seen {
  by: string
  method: string
  url: string
  headers: IncomingHttpHeaders
  body: string
}

// The contract of the gateway is what two plain origins see and what a client gets back.
const closers: (() => unknown)[] = []
let gateway = ''
let hits = 0
let misbehave: RequestListener | undefined

beforeAll(async () => {
  const [api, ingest] = [await origin('ads-api'), await origin('click-ingest')]
  gateway = await start(api, ingest)
})
afterAll(() => Promise.all(closers.map((close) => close())))

test.each([
  ['POST', '/ads/click', 'click-ingest'],
  ['GET', '/ads/click', 'click-ingest'],
  ['POST', '/ads/impression?x=1', 'click-ingest'],
  ['POST', '/ads/events', 'click-ingest'],
  ['OPTIONS', '/ads/events', 'click-ingest'],
  ['GET', '/ads/events', 'ads-api'],
  ['GET', '/ads/events/0198c0de-0000-7000-8000-000000000000', 'ads-api'],
  ['GET', '/ads/analytics?minutes=5', 'ads-api'],
  ['POST', '/ads', 'ads-api'],
  ['DELETE', '/ads/1', 'ads-api'],
  ['POST', '/ads/clicks', 'ads-api'],
  ['GET', '/readyz', 'ads-api'],
  ['GET', '/health/books', 'ads-api'],
  ['GET', '/', 'ads-api'],
])('%s %s goes to %s', async (method, url, by) => {
  const seen = (await (await fetch(gateway + url, { method })).json()) as Seen
  expect(seen).toMatchObject({ by, method, url })
})

test('asks click-ingest whether it is ready for /health/click-ingest', async () => {
  const seen = (await (await fetch(`${gateway}/health/click-ingest`)).json()) as Seen
  expect(seen).toMatchObject({ by: 'click-ingest', method: 'GET', url: '/readyz' })
})

test.each([
  '/metrics',
  '/metrics?x',
  '/metrics/',
  '/%6Detrics',
  '/x/../metrics',
  '/./metrics',
  '/x/%2e%2e/metrics',
  '/ads/click/..%2f..%2fmetrics',
  '//metrics',
  '/\\metrics',
  'http://127.0.0.1/metrics',
])('does not give out metrics as %s', async (path) => {
  const answer = await raw(`GET ${path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`)
  expect(answer).not.toMatch(/"url":"\/metrics/)
  expect(answer).toMatch(/^HTTP\/1.1 (404|400|200)/)
  if (answer.startsWith('HTTP/1.1 200')) expect(answer).toContain('"url":"//metrics"')
})

test.each(['QUERY', 'PROPFIND'])('answers 405 to the method %s, with those that it takes', async (method) => {
  const answer = await raw(`${method} /ads HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`)
  expect(answer).toMatch(/^HTTP\/1.1 405 [^]*allow: GET, HEAD, POST[^]*application\/problem\+json/i)
})

test('passes headers and bytes on as they came', async () => {
  const body = '{ "ad_id": 1.0, "x": "\\u00e9" }'
  const type = { 'content-type': 'application/json; charset=utf-8' }
  const headers = { ...type, authorization: 'Bearer k', 'idempotency-key': 'i' }
  const seen = (await (await fetch(`${gateway}/ads/click`, { method: 'POST', body, headers })).json()) as Seen
  expect(seen.body).toBe(body)
  expect(seen.headers).toMatchObject(headers)
})

test('tells the services who the client is, whatever the client claims', async () => {
  const headers = {
    'x-forwarded-for': '6.6.6.6',
    'x-forwarded-proto': 'https',
    'x-forwarded-host': 'evil',
    'x-real-ip': '6.6.6.6',
    forwarded: 'for=6.6.6.6',
  }
  const seen = (await (await fetch(`${gateway}/ads`, { headers })).json()) as Seen
  expect(seen.headers).toMatchObject({
    'x-forwarded-for': '127.0.0.1',
    'x-forwarded-proto': 'http',
    'x-forwarded-host': new URL(gateway).host,
  })
  expect(JSON.stringify(seen)).not.toContain('6.6.6.6')
})

test('a client that is still sending a body over the limit reads the 413', async () => {
  for (const size of [bodyLimit + 1, 20 * 1024 * 1024]) {
    const answer = await post('/ads/events', Buffer.alloc(size))
    expect(answer).toMatchObject({ status: 413, type: 'application/problem+json' })
    expect(JSON.parse(answer.body)).toMatchObject({ code: 'payload_too_large', status: 413 })
  }
})

test('a body at the limit and a chunked one pass', async () => {
  const largest = await fetch(`${gateway}/ads/events`, { method: 'POST', body: 'a'.repeat(bodyLimit) })
  const seen = (await largest.json()) as Seen
  expect(seen.body).toHaveLength(bodyLimit)
  const chunked = await raw(
    'POST /ads/click HTTP/1.1\r\nhost: x\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n',
  )
  expect(chunked).toContain('"body":"abc"')
})

test('a service that cannot be reached is a 503 with Retry-After, as problem+json', async () => {
  const lonely = await start('http://127.0.0.1:1', 'http://127.0.0.1:1')
  const answer = await fetch(`${lonely}/ads/click`, { method: 'POST', body: '{}' })
  const headers = ['retry-after', 'content-type'].map((name) => answer.headers.get(name))
  expect([answer.status, ...headers]).toEqual([503, '1', 'application/problem+json'])
  const instance = expect.stringContaining('urn:ads-tracker:request:') as string
  expect(await answer.json()).toMatchObject({ code: 'unavailable', instance })
})

test.each(['POST', 'GET'])('a %s whose service hangs up is a 502 and is not sent again', async (method) => {
  hits = 0
  misbehave = (incoming) => incoming.socket.destroy()
  onTestFinished(() => void (misbehave = undefined))
  const answer = await fetch(`${gateway}/ads/click`, { method })
  expect([answer.status, answer.headers.get('retry-after')]).toEqual([502, '1'])
  expect(await answer.json()).toMatchObject({ code: 'bad_gateway' })
  expect(hits).toBe(1)
})

test('a 503 of a service is passed on, not asked for again', async () => {
  hits = 0
  misbehave = (_incoming, outgoing) =>
    void outgoing.writeHead(503, { 'retry-after': '7' }).end('{"code":"unavailable"}')
  onTestFinished(() => void (misbehave = undefined))
  const answer = await fetch(`${gateway}/ads`)
  expect([answer.status, answer.headers.get('retry-after'), hits]).toEqual([503, '7', 1])
})

test('answers itself for its own life', async () => {
  expect(await (await fetch(`${gateway}/livez`)).json()).toEqual({ status: 'alive' })
})

test('closes at once although a client keeps its connection, and finishes what it has begun', async () => {
  const slow = await origin('slow', 300)
  const app = await buildApp(configOf({ ADS_API_URL: slow, CLICK_INGEST_URL: slow }))
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  await fetch(`${url}/livez`)
  hits = 0
  const running = fetch(`${url}/ads`)
  await expect.poll(() => hits).toBeGreaterThan(0)
  const started = performance.now()
  await app.close()
  expect(performance.now() - started).toBeLessThan(3000)
  expect((await running).status).toBe(200)
})

async function start(ADS_API_URL: string, CLICK_INGEST_URL: string): Promise<string> {
  const app = await buildApp(configOf({ ADS_API_URL, CLICK_INGEST_URL }))
  closers.push(() => app.close())
  return app.listen({ host: '127.0.0.1', port: 0 })
}

async function origin(by: string, delay = 0): Promise<string> {
  const server = createServer(async (incoming, outgoing) => {
    hits += 1
    if (misbehave) return misbehave(incoming, outgoing)
    const body = await text(incoming)
    const { method, url, headers } = incoming
    setTimeout(() => outgoing.end(JSON.stringify({ by, method, url, headers, body })), delay)
  })
  closers.push(() => server.close().closeAllConnections())
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

test.each([
  ['no Host', 'GET /ads HTTP/1.1\r\nconnection: close\r\n\r\n', 400, 'bad_http'],
  ['an unknown Expect', 'GET /ads HTTP/1.1\r\nhost: a\r\nexpect: a-miracle\r\n\r\n', 417, 'expectation_failed'],
  ['large headers', `GET /ads HTTP/1.1\r\nhost: a\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`, 431, 'headers_too_large'],
])('refuses %s with a problem document', async (_name, bytes, status, code) => {
  const answer = await raw(bytes)
  expect(answer).toContain(`HTTP/1.1 ${status} `)
  expect(answer.toLowerCase()).toContain('content-type: application/problem+json')
  expect(answer).toContain(`"code":"${code}"`)
})

test('answers a client that closes its sending half after the request', async () => {
  const { port } = new URL(gateway)
  const socket = connect({ port: Number(port), host: '127.0.0.1', allowHalfOpen: true })
  socket.end('GET /ads HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n')
  expect(await text(socket)).toContain('"by":"ads-api"')
})

function raw(message: string): Promise<string> {
  const socket = connect(Number(new URL(gateway).port), '127.0.0.1')
  socket.write(message)
  return text(socket)
}

function post(path: string, body: Buffer): Promise<{ status?: number; type?: string; body: string }> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-length': body.length, 'content-type': 'application/json' }
    const outgoing = request(gateway + path, { method: 'POST', headers })
    outgoing.once('error', reject).once('response', async (incoming) => {
      resolve({ status: incoming.statusCode, type: incoming.headers['content-type'], body: await text(incoming) })
    })
    outgoing.end(body)
  })
}
