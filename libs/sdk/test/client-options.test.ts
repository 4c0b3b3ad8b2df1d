import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it } from 'vitest'
import { type ClientOptions, createClient } from '../src/index.ts'

describe('createClient', () => {
  it.each<[string, unknown]>([
    ['no options', undefined],
    ['no baseUrl', {}],
    ['a baseUrl without http://', { baseUrl: 'localhost:8080' }],
    ['a baseUrl that is a path', { baseUrl: '/api' }],
    ['an empty baseUrl', { baseUrl: '' }],
  ])('refuses %s and says what a baseUrl is', (_what, options) => {
    expect(() => createClient(options as ClientOptions)).toThrow(
      expect.objectContaining({
        code: 'invalid_request',
        message: 'baseUrl must be an http or https URL such as https://ads.example.com',
      }),
    )
  })

  it('names every wrong option at once', () => {
    const options = { baseUrl: 'http://ads.test', timeout: 0, retries: 1.5, maxRetryAfterMs: NaN, apiKey: 7, fetch: {} }
    expect(() => createClient(options as unknown as ClientOptions)).toThrow(
      expect.objectContaining({
        errors: ['timeout', 'retries', 'maxRetryAfterMs', 'apiKey', 'fetch'].map((field) =>
          expect.objectContaining({ field }),
        ),
      }),
    )
  })
})

describe('an error of the connection says what and where', () => {
  it('when nobody listens', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    await new Promise((resolve) => server.close(resolve))
    await expect(createClient({ baseUrl, retries: 0 }).getAd(1)).rejects.toMatchObject({
      code: 'connection_lost',
      message: `No answer from ${baseUrl}: ECONNREFUSED`,
    })
  })

  it('when the name has no address', async () => {
    const baseUrl = 'http://ads.invalid'
    await expect(createClient({ baseUrl, retries: 0 }).getAd(1)).rejects.toMatchObject({
      code: 'connection_lost',
      message: expect.stringMatching(/^No answer from http:\/\/ads\.invalid: (ENOTFOUND|EAI_AGAIN)$/),
    })
  })

  it('when the answer takes too long', async () => {
    const server = createServer(() => {}).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    await expect(createClient({ baseUrl, retries: 0, timeout: 100 }).getAd(1)).rejects.toMatchObject({
      code: 'timeout',
      message: `No answer from ${baseUrl} within 100 ms`,
    })
    server.closeAllConnections()
    server.close()
  })
})
