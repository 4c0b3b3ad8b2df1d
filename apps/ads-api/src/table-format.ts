import { problem } from '@ads-tracker/service-kit'
import { type TSchema, Type } from '@sinclair/typebox'
import type { FastifyReply, FastifyRequest } from 'fastify'
import Negotiator from 'negotiator'
import { acceptedEncoding, matchesEtag } from './http-cache.ts'
import { compressed, type Payload } from './payload.ts'
import { choice } from './query-kinds.ts'

export type TableFormat = 'json' | 'csv'

export const formatQuery = {
  format: Type.Optional(
    choice(['json', 'csv'], {
      description: 'The table as JSON or as CSV (RFC 4180), whatever `Accept` says',
      examples: ['csv'],
    }),
  ),
}
const mediaTypes: Record<string, TableFormat> = { 'application/json': 'json', 'text/csv': 'csv' }
const contentTypes = { json: 'application/json; charset=utf-8', csv: 'text/csv; charset=utf-8; header=present' }

/**
 * The parameter `format`, otherwise the best format that `Accept` allows (RFC 9110, section 12.5.1).
 * @throws Problem not_acceptable
 */
export function formatOf(request: FastifyRequest): TableFormat {
  const { format } = request.query as { format?: TableFormat }
  const { accept } = request.headers
  if (format !== undefined) return format
  if (accept === undefined || accept === '' || accept === '*/*') return 'json'
  const best = new Negotiator(request).mediaType(Object.keys(mediaTypes))
  if (best === undefined) {
    const message = 'must allow application/json or text/csv; the parameter format=csv goes before it'
    throw problem('not_acceptable', { detail: `Accept ${message}`, errors: [{ field: 'accept', message }] })
  }
  return mediaTypes[best]!
}

/** Headers of a table: its media type and, for a file, its name. */
export function describeTable(reply: FastifyReply, format: TableFormat, name: string): FastifyReply {
  if (format === 'csv') reply.header('content-disposition', `attachment; filename="${name}.csv"`)
  return reply.header('vary', 'accept, accept-encoding').type(contentTypes[format])
}

/** Sends the payload, compressed if the client accepts that, or a 304 if the client already has it. */
export async function sendPayload(
  request: FastifyRequest,
  reply: FastifyReply,
  payload: Payload,
): Promise<FastifyReply> {
  const { headers } = request
  reply.header('etag', payload.etag)
  if (matchesEtag(headers['if-none-match'], payload.etag)) {
    // not null, which is serialized as JSON: proxies reject a 304 with a content-length of 4
    return reply.removeHeader('content-type').removeHeader('content-disposition').code(304).send(undefined)
  }
  const encoding = acceptedEncoding(headers['accept-encoding'])
  const body = encoding && compressed(payload, encoding)
  if (body) reply.header('content-encoding', encoding)
  // Fastify does not serialize a buffer; the schema is for the OpenAPI document only
  return reply.send(body ? await body : payload.body)
}

/** The schema of a table for the OpenAPI document: JSON as in `schema`, and CSV with these columns and example lines. */
export function tableSchema<T extends TSchema>(schema: T, columns: string, csvExample: string[]): T {
  const { description, headers, examples, ...json } = schema
  const [example] = examples as unknown[]
  const disposition = { type: 'string', description: 'The name of the file, of CSV alone' }
  return {
    description,
    headers: { ...headers, 'Content-Disposition': disposition },
    content: {
      'application/json': { schema: { ...json, description }, example },
      'text/csv': {
        schema: { type: 'string', description: `A header, then a line for each row: ${columns}` },
        example: csvExample.map((line) => `${line}\r\n`).join(''),
      },
    },
  } as unknown as T
}
