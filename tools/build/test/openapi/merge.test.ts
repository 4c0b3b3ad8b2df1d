import { expect, it } from 'vitest'
import type { Document } from '../../src/openapi/document.ts'
import { merge } from '../../src/openapi/merge.ts'

const thing = (title: string, type: string) => ({ title, type: 'object', properties: { size: { type } } })
const answer = (schema: object) => ({
  responses: { 200: { description: 'Fine', content: { 'application/json': { schema } } } },
})
const app = (path: string, schema: object, method = 'get') =>
  ({
    openapi: '3.1.0',
    info: { title: 'App', version: '1.0.0' },
    paths: { [path]: { [method]: answer(schema) } },
  }) as Document

it('brings the operations of the apps together, ordered by path', () => {
  const { paths, info } = merge(
    [app('/b', { type: 'string' }), app('/a', { type: 'string' }), app('/b', { type: 'string' }, 'post')],
    '1.2.3',
  )
  expect(Object.entries(paths).map(([path, item]) => [path, ...Object.keys(item)])).toEqual([
    ['/a', 'get'],
    ['/b', 'get', 'post'],
  ])
  expect(info.version).toBe('1.2.3')
})

it('gives a titled schema a name, wherever it is', () => {
  const { paths, components } = merge(
    [app('/a', thing('Thing', 'integer')), app('/b', { type: 'array', items: thing('Thing', 'integer') })],
    '1.0.0',
  )
  expect(paths['/b']?.get?.responses['200']?.content?.['application/json']?.schema.items).toEqual({
    $ref: '#/components/schemas/Thing',
  })
  expect(Object.keys(components?.schemas ?? {})).toEqual(['Thing'])
})

it('reads a union of literals as one enum', () => {
  const anyOf = ['one', 'two'].map((literal) => ({ type: 'string', enum: [literal] }))
  const { paths } = merge([app('/a', { anyOf })], '1.0.0')
  const { schema } = paths['/a']!.get!.responses['200']!.content!['application/json']!
  expect(schema).toEqual({ type: 'string', enum: ['one', 'two'] })
})

it('refuses two apps that serve the same operation, and two schemas of one name', () => {
  expect(() => merge([app('/a', {}), app('/a', {})], '1.0.0')).toThrow('two apps serve GET /a')
  expect(() => merge([app('/a', thing('Thing', 'integer')), app('/b', thing('Thing', 'string'))], '1.0.0')).toThrow(
    'two schemas have the title Thing',
  )
})
