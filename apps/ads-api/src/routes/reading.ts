import { type App, problems } from '@ads-tracker/service-kit'
import { TypeBoxValidatorCompiler } from '@fastify/type-provider-typebox'
import { type TSchema, Type } from '@sinclair/typebox'
import type { FastifyRequest } from 'fastify'
import { type FindKey, requireScope } from '../authorize.ts'

export interface ReadingOptions {
  /** When given, a key with the scope `analytics:read` is required. */
  findKey?: FindKey | undefined
  onUnknownKey?: (request: FastifyRequest) => Promise<void>
  /** Awaited before a query that no other request shares; may reject the request. */
  onNewWindow?: (request: FastifyRequest) => Promise<void>
  onServed?: (source: 'prepared' | 'awaited') => void
}

const IfNoneMatch = Type.Object({
  'If-None-Match': Type.Optional(
    Type.String({ description: 'The `ETag` of an earlier answer: 304 when its numbers have not changed' }),
  ),
})

export const time = (description: string) => ({ type: 'string', format: 'date-time', description })
export const freshness = {
  'X-As-Of': time('When the numbers were read; without `from` and `to` also the end of the window'),
  'X-Window-Start': time(
    'Start of the counted period; an event at this time is in a period and not in a window of minutes. A full minute when raw events of this time are no longer kept',
  ),
  'X-Window-End': time('End of the counted period; events before this time are counted'),
  'X-Complete-Through': time(
    'Everything acknowledged before this time is in the numbers. Absent until every partition was read once',
  ),
  'X-Ingest-Lag-Ms': { type: 'integer', description: 'Milliseconds from X-Complete-Through to X-As-Of' },
  ETag: { type: 'string', description: 'Identifies the numbers; send it as If-None-Match' },
}

const readingProblems = problems(
  'invalid_request',
  'rate_limited',
  'unauthorized',
  'forbidden',
  'not_acceptable',
  'internal_error',
  'unavailable',
  'overloaded',
)
const NotModified = Type.Null({
  description: 'The numbers have not changed since the `ETag` in If-None-Match',
  headers: freshness,
})

// Headers are described for the OpenAPI document. They are not validated, because that would copy them for each request.
const validatorCompiler: typeof TypeBoxValidatorCompiler = (route) =>
  route.httpPart === 'headers' ? () => true : TypeBoxValidatorCompiler(route)

/** Options that all routes of analytics share: required key, and no validation of headers. */
export function readingRoute({ findKey, onUnknownKey }: ReadingOptions) {
  return {
    ...(findKey && { onRequest: requireScope(findKey, 'analytics:read', onUnknownKey) }),
    validatorCompiler: validatorCompiler as Parameters<App['setValidatorCompiler']>[0],
  }
}

/** The parts of the schema that the routes of analytics share; `table` describes a 200. */
export function readingSchema<T extends TSchema>({ findKey }: ReadingOptions, table: T) {
  return {
    tags: ['analytics'],
    security: readingSecurity(findKey),
    headers: IfNoneMatch,
    response: { 200: table, 304: NotModified, ...readingProblems },
  }
}

export function readingSecurity(findKey: FindKey | undefined): Record<string, string[]>[] {
  return findKey ? [{ apiKey: [] }] : [{}, { apiKey: [] }]
}

export function cacheControl(findKey: FindKey | undefined): string {
  return findKey ? 'private, no-cache' : 'no-cache'
}
