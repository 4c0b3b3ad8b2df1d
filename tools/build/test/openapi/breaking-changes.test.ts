import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { breakingChanges } from '../../src/openapi/breaking-changes.ts'
import type { Document, Schema } from '../../src/openapi/document.ts'
import { files } from '../../src/openapi/files.ts'

const released = JSON.parse(readFileSync(files.document, 'utf8')) as Document
const changes = (edit: (document: Document) => void) => {
  const next = structuredClone(released)
  edit(next)
  return breakingChanges(released, next)
}
const schema = (document: Document, name: string) => document.components!.schemas![name]!
const field = (document: Document, name: string, property: string) =>
  schema(document, name).properties![property] as Schema

describe('a change that would break a client is named', () => {
  const limitOf = ({ paths }: Document) => paths['/ads']!.get!.parameters![0]!
  const team = { name: 'team', in: 'query', required: true, schema: { type: 'string' } }
  it.each<[string, (document: Document) => unknown]>([
    ['POST /ads/click is gone', ({ paths }) => delete paths['/ads/click']],
    ['GET /ads has another operationId: ads', ({ paths }) => (paths['/ads']!.get!.operationId = 'ads')],
    ['GET /ads/{id} needs a key', ({ paths }) => (paths['/ads/{id}']!.get!.security = [{ apiKey: [] }])],
    ['GET /ads no longer takes the parameter limit', ({ paths }) => paths['/ads']!.get!.parameters!.shift()],
    ['GET /ads needs the parameter limit', (document) => (limitOf(document).required = true)],
    ['GET /ads needs the new parameter team', ({ paths }) => paths['/ads']!.get!.parameters!.push(team)],
    ['GET /ads limit: maximum is 50 now', (document) => (limitOf(document).schema.maximum = 50)],
    [
      'POST /ads/click body.playback_time: exclusiveMaximum is 9 now',
      (document) => (field(document, 'NewEvent', 'playback_time').exclusiveMaximum = 9),
    ],
    ['POST /ads/click body.ip is needed now', (document) => schema(document, 'NewEvent').required!.push('ip')],
    [
      'POST /ads/click body.event_id is no longer understood',
      (document) => delete schema(document, 'NewEvent').properties!.event_id,
    ],
    [
      'POST /ads/events body.events[].type no longer takes impression',
      (document) => field(document, 'BatchEvent', 'type').enum!.pop(),
    ],
    [
      'POST /ads/click body.ip no longer takes string ipv6',
      (document) => field(document, 'NewEvent', 'ip').anyOf!.pop(),
    ],
    [
      'POST /ads/events no longer takes text/plain',
      ({ paths }) => delete paths['/ads/events']!.post!.requestBody!.content['text/plain'],
    ],
    ['GET /ads/analytics no longer answers 304', ({ paths }) => delete paths['/ads/analytics']!.get!.responses['304']],
    [
      'GET /ads 200: no longer has the header Link',
      ({ paths }) => delete paths['/ads']!.get!.responses['200']!.headers!.Link,
    ],
    ['GET /ads/analytics 200: body[].ctr is gone', (document) => delete schema(document, 'AdStats').properties!.ctr],
    [
      'GET /ads/analytics 200: body[].impressions may be absent',
      (document) => schema(document, 'AdStats').required!.pop(),
    ],
    [
      'GET /ads/analytics 200: body[].clicks: type integer became string',
      (document) => (field(document, 'AdStats', 'clicks').type = 'string'),
    ],
    [
      'GET /ads/events/{event_id} 200: body.receipts[].status may be lost',
      (document) => field(document, 'Receipt', 'status').enum!.push('lost'),
    ],
    ['GET /ads 400: body.detail is gone', (document) => delete schema(document, 'Problem').properties!.detail],
  ])('%s', (expected, edit) => {
    expect(changes((document) => void edit(document))).toContain(expected)
  })
})

describe('a change that clients do not notice is let through', () => {
  it.each<[string, (document: Document) => void]>([
    ['nothing', () => {}],
    ['a new operation', ({ paths }) => (paths['/teams'] = { get: { responses: {} } })],
    [
      'a new optional parameter',
      ({ paths }) => paths['/ads']!.get!.parameters!.push({ name: 'team', in: 'query', schema: { type: 'string' } }),
    ],
    [
      'a new optional field of a request',
      (document) => (schema(document, 'NewEvent').properties!.team = { type: 'string' }),
    ],
    ['a wider bound', ({ paths }) => (paths['/ads']!.get!.parameters![0]!.schema.maximum = 5000)],
    ['a format that is no longer required', (document) => delete field(document, 'NewEvent', 'event_id').format],
    [
      'another type that is taken too',
      ({ paths }) => {
        const [limit] = paths['/ads']!.get!.parameters!
        limit!.schema = { anyOf: [limit!.schema, { type: 'array', items: { type: 'integer' } }] }
      },
    ],
    ['a new value that is taken', (document) => field(document, 'BatchEvent', 'type').enum!.push('quartile')],
    ['a new field of an answer', (document) => (schema(document, 'AdStats').properties!.spend = { type: 'number' })],
    ['a new code of a problem', (document) => field(document, 'Problem', 'code').enum!.push('quota_used')],
    ['a new status of an error', ({ paths }) => (paths['/ads']!.get!.responses['418'] = { description: 'Teapot' })],
    ['other words', ({ paths }) => (paths['/ads']!.get!.summary = 'List')],
    ['anything, with a new major version', ({ paths, info }) => [delete paths['/ads'], (info.version = '2.0.0')]],
  ])('%s', (_name, edit) => {
    expect(changes(edit)).toEqual([])
  })
})
