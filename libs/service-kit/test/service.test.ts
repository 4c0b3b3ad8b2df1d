import { request } from 'node:http'
import { connect } from 'node:net'
import { Type } from '@sinclair/typebox'
import { afterEach, describe, expect, it } from 'vitest'
import { type App, createMetrics, createService, loadConfig, problem, problems, serviceSettings } from '../src/index.ts'

const config = loadConfig(Type.Object(serviceSettings(0)), { LOG_LEVEL: 'silent', TRUST_PROXY: '10.0.0.0/8' })
const apps: App[] = []

async function exampleApp(readiness: () => Record<string, string> = () => ({ kafka: 'up' })) {
  const app = await createService({
    name: 'example',
    title: 'Example',
    description: 'x',
    config,
    metrics: createMetrics('example'),
    readiness,
  })
  app.post(
    '/things',
    {
      schema: {
        body: Type.Object({ size: Type.Integer() }),
        response: { 200: Type.Object({ ip: Type.String() }), ...problems('invalid_request', 'conflict') },
      },
    },
    (req) => ({ ip: req.ip }),
  )
  app.get('/things/:id', { schema: { params: Type.Object({ id: Type.Integer() }) } }, (req) => ({ id: req.params.id }))
  app.get('/broken', () => {
    throw new Error('secret detail')
  })
  app.get('/taken', () => {
    throw problem('conflict', { detail: 'id 7 is taken', errors: [{ field: 'id', message: 'is taken' }] })
  })
  app.get('/slow', () => new Promise((resolve) => setTimeout(resolve, 200, 'done')))
  apps.push(app)
  return app
}
const post = (app: App, payload: string, headers = { 'content-type': 'application/json' }) =>
  app.inject({ method: 'POST', url: '/things', payload, headers })

afterEach(async () => {
  await Promise.all(apps.splice(0).map((app) => app.close()))
})

describe('every error is a problem that names what was wrong', () => {
  it.each([
    [
      'a wrong type in the body',
      '{"size":"1"}',
      400,
      'invalid_request',
      [{ field: 'size', message: 'must be integer' }],
    ],
    ['a missing field', '{}', 400, 'invalid_request', [{ field: 'size', message: 'is required' }]],
    ['a body that is not an object', '[]', 400, 'invalid_request', [{ field: 'body', message: 'must be object' }]],
    ['broken JSON', '{', 400, 'malformed_json', undefined],
    ['an empty body', '', 400, 'malformed_json', undefined],
    ['prototype poisoning', '{"__proto__":{"x":1},"size":1}', 400, 'malformed_json', undefined],
    ['too large a body', `{"size":1,"x":"${'x'.repeat(17_000)}"}`, 413, 'payload_too_large', undefined],
  ])('%s', async (_name, body, status, code, errors) => {
    const answer = await post(await exampleApp(), body)
    expect(answer.statusCode).toBe(status)
    expect(answer.headers['content-type']).toBe('application/problem+json')
    expect(answer.json()).toMatchObject({
      type: `urn:ads-tracker:problem:${code}`,
      status,
      code,
      ...(errors && { errors }),
    })
    expect(answer.json().instance).toMatch(/^urn:ads-tracker:request:/)
  })

  it.each([
    ['an unknown path', 'GET', '/nothing', 404, 'not_found'],
    ['a method that the path does not take', 'DELETE', '/things/1', 405, 'method_not_allowed'],
    ['a wrong path parameter', 'GET', '/things/one', 400, 'invalid_request'],
    ['a thrown problem', 'GET', '/taken', 409, 'conflict'],
    ['a bad percent encoding', 'GET', '/things/%zz', 400, 'bad_http'],
  ] as const)('%s', async (_name, method, url, status, code) => {
    const answer = await (await exampleApp()).inject({ method, url })
    expect(answer.statusCode).toBe(status)
    expect(answer.json()).toMatchObject({ status, code })
    if (status === 405) expect(answer.headers.allow).toBe('GET, HEAD')
  })

  it('a method that is not taken, whatever is wrong with its body', async () => {
    const answer = await (
      await exampleApp()
    ).inject({ method: 'PUT', url: '/things', payload: '{', headers: { 'content-type': 'application/json' } })
    expect([answer.statusCode, answer.headers.allow]).toEqual([405, 'POST'])
  })

  it('a method of a path with a name of its own, which is not one with a parameter', async () => {
    const app = await exampleApp()
    app.delete('/things/all', () => 'gone')
    expect((await app.inject({ method: 'POST', url: '/things/all' })).headers.allow).toBe('DELETE')
  })

  it('a wrong media type, with 415', async () => {
    const answer = await post(await exampleApp(), 'size=1', { 'content-type': 'text/plain' })
    expect(answer.json()).toMatchObject({ status: 415, code: 'unsupported_media_type' })
  })

  it('an unexpected error, without its message', async () => {
    const answer = await (await exampleApp()).inject('/broken')
    expect(answer.json()).toMatchObject({ status: 500, code: 'internal_error' })
    expect(answer.body).not.toContain('secret')
  })
})

describe('the peer', () => {
  it('is believed about X-Forwarded-For only inside TRUST_PROXY', async () => {
    const app = await exampleApp()
    const ask = (remoteAddress: string) =>
      app.inject({
        method: 'POST',
        url: '/things',
        payload: { size: 1 },
        remoteAddress,
        headers: { 'x-forwarded-for': '1.2.3.4' },
      })
    expect((await ask('10.1.1.1')).json()).toEqual({ ip: '1.2.3.4' })
    expect((await ask('9.9.9.9')).json()).toEqual({ ip: '9.9.9.9' })
  })

  it('is told in a problem when it does not speak HTTP', async () => {
    const app = await exampleApp()
    await app.listen({ port: 0 })
    const { port } = app.server.address() as { port: number }
    const socket = connect(port, '127.0.0.1').setEncoding('utf8')
    socket.write('what is this?\r\n\r\n')
    const text = (await socket.toArray()).join('')
    expect(text).toMatch(/^HTTP\/1.1 400 Bad Request/)
    expect(text).toContain('"code":"bad_http"')
  })
})

describe('health', () => {
  it('is ready while every dependency is up, and names the one that is not', async () => {
    const app = await exampleApp(() => ({ kafka: 'up', postgres: 'connection refused' }))
    const answer = await app.inject('/readyz')
    expect(answer.statusCode).toBe(503)
    expect(answer.json()).toEqual({
      status: 'not_ready',
      dependencies: { kafka: 'up', postgres: 'connection refused' },
    })
    expect((await app.inject('/livez')).statusCode).toBe(200)
  })

  it('shows build_info and the time of requests by route', async () => {
    const app = await exampleApp()
    await app.inject('/things/1')
    const text = (await app.inject('/metrics')).body
    expect(text).toContain('build_info{app="example"')
    expect(text).toContain('http_request_duration_seconds_count{method="GET",route="/things/:id",status="200"} 1')
    expect(text).toContain(
      'http_request_duration_seconds_bucket{le="+Inf",method="GET",route="/things/:id",status="200"} 1',
    )
  })

  it('counts what has no route as one, and a request once', async () => {
    const app = await exampleApp()
    for (const url of ['/nothing', '/nowhere', '/taken', '/things/one']) await app.inject(url)
    const counts = (await app.inject('/metrics')).body
      .split('\n')
      .filter((line) => line.startsWith('http_request_duration_seconds_count'))
    expect(counts).toEqual([
      'http_request_duration_seconds_count{method="GET",route="none",status="404"} 2',
      'http_request_duration_seconds_count{method="GET",route="/taken",status="409"} 1',
      'http_request_duration_seconds_count{method="GET",route="/things/:id",status="400"} 1',
    ])
  })
})

describe('closing', () => {
  it('answers what it accepted and tells keep-alive clients to go', async () => {
    const app = await exampleApp()
    await app.listen({ port: 0 })
    const { port } = app.server.address() as { port: number }
    const answer = new Promise<{ status?: number; connection?: string }>((resolve, reject) => {
      request({ port, path: '/slow', headers: { connection: 'keep-alive' } }, (res) => {
        res.resume()
        resolve({ status: res.statusCode, connection: res.headers.connection })
      })
        .on('error', reject)
        .end()
    })
    await new Promise((resolve) => app.server.once('request', resolve))
    const began = performance.now()
    await app.close()
    expect(await answer).toEqual({ status: 200, connection: 'close' })
    expect(performance.now() - began).toBeLessThan(2000)
  })
})
