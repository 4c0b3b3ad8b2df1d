import { describe, expect, it } from 'vitest'
import { ingestApp } from './ingest-app.ts'

const origin = 'https://news.example.com'
const preflight = { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type' }
const click = { method: 'POST', url: '/ads/click', payload: { ad_id: 1 } } as const

describe('a page of another origin', () => {
  it('may not read our answers as long as nobody allows it', async () => {
    const { app } = await ingestApp()
    const answer = await app.inject({ ...click, headers: { origin } })
    expect(answer.headers).not.toHaveProperty('access-control-allow-origin')
    expect((await app.inject({ method: 'OPTIONS', url: '/ads/events', headers: preflight })).statusCode).toBe(405)
  })

  it('may record when its origin is in CORS_ORIGINS, and asks once a day', async () => {
    const { app } = await ingestApp({ env: { CORS_ORIGINS: `https://other.example.com, ${origin}` } })
    for (const url of ['/ads/events', '/ads/click', '/ads/impression']) {
      const asked = await app.inject({ method: 'OPTIONS', url, headers: preflight })
      expect(asked.statusCode).toBe(204)
      expect(asked.headers).toMatchObject({
        'access-control-allow-origin': origin,
        'access-control-allow-methods': 'POST',
        'access-control-allow-headers': 'content-type, idempotency-key',
        'access-control-max-age': '86400',
        vary: expect.stringContaining('Origin'),
      })
      expect(asked.headers).not.toHaveProperty('access-control-allow-credentials')
    }
    const answer = await app.inject({ ...click, headers: { origin } })
    expect(answer.statusCode).toBe(202)
    expect(answer.headers).toMatchObject({
      'access-control-allow-origin': origin,
      'access-control-expose-headers': 'retry-after',
    })
  })

  it('records nothing unless its origin is allowed, also without a preflight, and a page of our own host always may', async () => {
    const { app, published } = await ingestApp({ env: { CORS_ORIGINS: 'https://other.example.com' } })
    const beacon = {
      method: 'POST',
      url: '/ads/events',
      payload: JSON.stringify({ events: [{ type: 'click', ad_id: 1 }] }),
    } as const
    for (const headers of [{ origin }, { origin: 'null' }]) {
      const refused = await app.inject({ ...beacon, headers: { 'content-type': 'text/plain', ...headers } })
      expect([refused.statusCode, refused.json().code]).toEqual([403, 'origin_not_allowed'])
    }
    expect(published).toEqual([])
    const ours = { host: 'ads.example', origin: 'https://ads.example', 'content-type': 'text/plain' }
    expect((await app.inject({ ...beacon, headers: ours })).statusCode).toBe(200)
    expect((await app.inject(click)).statusCode).toBe(202)
    expect(published).toHaveLength(2)
  })

  it('is not allowed by the name of another', async () => {
    const { app } = await ingestApp({ env: { CORS_ORIGINS: origin } })
    for (const stranger of ['https://evil.example', `${origin}.evil.example`, 'null']) {
      const answer = await app.inject({ ...click, headers: { origin: stranger } })
      expect(answer.headers['access-control-allow-origin']).not.toBe(stranger)
    }
  })

  it('reads problems too, and when to come back', async () => {
    const { app } = await ingestApp({ env: { CORS_ORIGINS: '*', RATE_LIMIT_MAX: '1' } })
    const [invalid, limited] = [
      await app.inject({ ...click, payload: {}, headers: { origin } }),
      await app.inject({ ...click, headers: { origin } }),
    ]
    expect([invalid.statusCode, limited.statusCode]).toEqual([400, 429])
    for (const answer of [invalid, limited]) expect(answer.headers['access-control-allow-origin']).toBe('*')
    expect(limited.headers).toHaveProperty('retry-after')
  })

  it.each(['news.example.com', 'https://a.example/path', 'https://a.example;https://b.example', '*,https://a.example'])(
    'is not named by CORS_ORIGINS=%s',
    async (list) => {
      await expect(ingestApp({ env: { CORS_ORIGINS: list } })).rejects.toThrow('CORS_ORIGINS')
    },
  )
})
