import { expect, test } from 'vitest'
import { call, get } from './support/client.ts'

test('the origin says that it is ready', async () => {
  expect((await get('/readyz')).status).toBe(200)
  expect((await get('/livez')).status).toBe(200)
})

test('the contract can be read', async () => {
  const { status, body } = await get<{ openapi: string; paths: Record<string, unknown> }>('/openapi.json')
  expect(status).toBe(200)
  expect(body.openapi).toMatch(/^3\.1/)
  expect(Object.keys(body.paths)).toContain('/ads/analytics')
})

test.each(['/metrics', '/metrics/', '/%6Detrics', '/metrics?format=text'])(
  'metrics are not given out as %s',
  async (path) => {
    expect(await call('GET', path)).toMatchObject({ status: 404, body: { code: 'not_found' } })
  },
)

test('every answer has an id, also a refusal', async () => {
  const { body } = await get<{ instance: string }>('/nothing')
  expect(body.instance).toMatch(/^urn:ads-tracker:request:.+/)
})
