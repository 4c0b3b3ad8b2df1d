import { expect, it } from 'vitest'
import { fakeApp } from './fake-app.ts'

interface Operation {
  operationId?: string
  tags?: string[]
  summary?: string
  security?: object[]
  responses: Record<string, { description: string; headers?: object }>
}
const app = await fakeApp()
const document = (await app.inject('/openapi.json')).json<{
  paths: Record<string, Record<string, Operation>>
  components: { securitySchemes: object }
}>()
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, each]) => ({ name: `${method} ${path}`, ...each })),
)

it('describes every route of the contract', () => {
  expect(operations.map(({ name }) => name).sort()).toEqual([
    'delete /ads/{id}',
    'get /ads',
    'get /ads/analytics',
    'get /ads/analytics/live',
    'get /ads/analytics/series',
    'get /ads/events/{event_id}',
    'get /ads/exports/{type}/{day}.{format}',
    'get /ads/{id}',
    'get /health/books',
    'patch /ads/{id}',
    'post /ads',
  ])
})

it.each(operations)(
  '$name has an id, a tag, a summary, and every status with a description',
  ({ operationId, tags, summary, responses }) => {
    expect([operationId, tags?.length, summary]).toEqual([expect.any(String), 1, expect.any(String)])
    expect(Object.keys(responses)).toEqual(expect.arrayContaining(['400', '500', '503']))
    for (const [status, { description }] of Object.entries(responses))
      expect([status, description]).not.toEqual([status, 'Default Response'])
  },
)

it('names the headers and the keys', () => {
  expect(document.paths['/ads/analytics']?.get?.responses['200']?.headers).toHaveProperty('X-Complete-Through')
  expect(document.paths['/ads']?.get?.responses['200']?.headers).toHaveProperty('Link')
  expect(document.paths['/ads']?.post?.security).toEqual([{ apiKey: [] }])
  expect(document.components.securitySchemes).toHaveProperty('apiKey')
})
