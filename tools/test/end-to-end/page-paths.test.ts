import { describe, expect, test } from 'vitest'
import { call, type Problem } from './support/client.ts'

const paths = ['/', '/ad/1', '/event', '/event/', '/manage', '/manage/new', '/system', '/system/', '/docs', '/demo']
const ofPages = {
  'cache-control': 'no-cache',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'strict-origin-when-cross-origin',
  'content-security-policy':
    "default-src 'self'; img-src 'self' data:; object-src 'none'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
}

describe.each(paths)('%s', (path) => {
  test('is a page for GET and HEAD, with the headers of a page', async () => {
    for (const method of ['GET', 'HEAD']) {
      const { status, headers, body } = await call<string>(method, path)
      expect([method, status]).toEqual([method, 200])
      expect(headers.get('content-type')).toContain('text/html')
      expect(Object.fromEntries(headers)).toMatchObject(ofPages)
      if (method === 'GET') expect(body).toMatch(/^<!doctype html>/i)
      else expect(body).toBe('')
    }
  })

  test.each(['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])('has nothing for %s, which the API says', async (method) => {
    const { status, headers, body } = await call<Problem>(method, path)
    expect({ status, code: body.code, detail: body.detail }).toEqual({
      status: 404,
      code: 'not_found',
      detail: expect.stringContaining(path),
    })
    expect(headers.get('content-type')).toContain('application/problem+json')
    expect(body.instance).toMatch(/^urn:ads-tracker:request:.+/)
    for (const name of ['content-security-policy', 'cache-control'])
      expect([name, headers.get(name)]).toEqual([name, null])
  })
})
