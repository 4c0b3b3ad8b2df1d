import fc from 'fast-check'
import { hostile, type Schema, valueOf } from './arbitrary.ts'

interface Operation {
  parameters?: { name: string; in: string; required?: boolean; schema: Schema }[]
  requestBody?: { content: Record<string, { schema: Schema }> }
  responses: Record<string, unknown>
  security?: unknown[]
}

export interface Document {
  paths: Record<string, Record<string, Operation>>
}

export interface FuzzedRequest {
  method: string
  /** With the query. */
  path: string
  headers: Record<string, string>
  body: string | undefined
}

/** One route of a document, and requests to it, most of them nearly right. */
export interface FuzzedRoute {
  method: string
  template: string
  documented: string[]
  requests: fc.Arbitrary<FuzzedRequest>
}

/** Every route of an OpenAPI document. `key` is an API key that some requests bring. */
export function routesOf({ paths }: Document, key: string): FuzzedRoute[] {
  return Object.entries(paths).flatMap(([template, operations]) =>
    Object.entries(operations).map(([method, operation]) => ({
      method: method.toUpperCase(),
      template,
      documented: Object.keys(operation.responses),
      requests: requestsOf(method.toUpperCase(), template, operation, key),
    })),
  )
}

function requestsOf(
  method: string,
  template: string,
  { parameters = [], requestBody }: Operation,
  key: string,
): fc.Arbitrary<FuzzedRequest> {
  const of = (where: string) => parameters.filter((parameter) => parameter.in === where)
  const values = (where: string) =>
    fc.record(Object.fromEntries(of(where).map(({ name, schema }) => [name, valueOf(schema).map(asText)])), {
      requiredKeys: of(where)
        .filter(({ required }) => required)
        .map(({ name }) => name),
    })
  const schema = Object.values(requestBody?.content ?? {})[0]?.schema
  return fc
    .record({
      inPath: values('path'),
      query: values('query'),
      inHeaders: values('header'),
      body: schema ? bodyOf(schema) : fc.constant(undefined),
      auth: authOf(key),
      type: contentType,
    })
    .map(({ inPath, query, inHeaders, body, auth, type }) => ({
      method,
      path: fill(template, inPath as Record<string, string>) + queryOf(query as Record<string, string>),
      headers: {
        ...headersOf(inHeaders as Record<string, string>),
        ...auth,
        ...(body !== undefined && { 'content-type': type }),
      },
      body,
    }))
}

function bodyOf(schema: Schema): fc.Arbitrary<string> {
  const broken = fc.constantFrom(
    '',
    '{',
    '[]',
    'null',
    '{"ad_id":1',
    '\ufeff{"ad_id":1}',
    '{"ad_id":1,"ad_id":"x"}',
    '{"__proto__":{"ad_id":1},"ad_id":1}',
    '{"ad_id":1e999}',
    '{"ad_id":01}',
    `${'['.repeat(3000)}`,
  )
  return fc.oneof(
    { weight: 12, arbitrary: valueOf(schema).map(toJson) },
    { weight: 1, arbitrary: hostile.map(toJson) },
    { weight: 1, arbitrary: broken },
  )
}

// A double may be Infinity or NaN and a value may be undefined, which JSON does not have.
function toJson(value: unknown): string {
  return JSON.stringify(value) ?? 'null'
}

function authOf(key: string): fc.Arbitrary<Record<string, string>> {
  return fc.constantFrom<Record<string, string>>(
    { authorization: `Bearer ${key}` },
    { authorization: `Bearer ${key}` },
    {},
    { authorization: 'Bearer nonsense' },
    { authorization: 'Basic eA==' },
    { authorization: 'Bearer ' },
  )
}

const contentType = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom('application/json', 'application/json; charset=utf-8') },
  {
    weight: 1,
    arbitrary: fc.constantFrom('text/plain', 'application/xml', 'text/plain;charset=UTF-8', 'application/json;;', 'x'),
  },
)

function asText(value: unknown): string {
  return typeof value === 'string' ? value : toJson(value)
}

function fill(template: string, values: Record<string, string>): string {
  return template.replace(/\{(\w+)\}/g, (_, name: string) => encode(values[name] ?? '1') || '1')
}

function queryOf(query: Record<string, string>): string {
  const parts = Object.entries(query).map(([name, value]) => `${name}=${encode(value)}`)
  return parts.length === 0 ? '' : `?${parts.join('&')}`
}

function encode(text: string): string {
  return encodeURIComponent(text.toWellFormed())
}

// What cannot be in a header never reaches a server.
function headersOf(values: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => /^[\x20-\x7e]*$/.test(value)))
}
