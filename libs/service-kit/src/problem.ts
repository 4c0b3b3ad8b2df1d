import { type FieldError } from '@ads-tracker/events'
import { type Static, type TSchema, Type } from '@sinclair/typebox'

/** All problems of the services. Codes are stable, because clients depend on them. */
export const problemCodes = {
  invalid_request: { status: 400, title: 'The request is not valid' },
  malformed_json: { status: 400, title: 'The body is not valid JSON' },
  bad_http: { status: 400, title: 'The request is not valid HTTP' },
  unauthorized: { status: 401, title: 'An API key is required' },
  forbidden: { status: 403, title: 'The API key does not have the required scope' },
  origin_not_allowed: { status: 403, title: 'Pages of this origin may not record events' },
  not_found: { status: 404, title: 'The resource does not exist' },
  method_not_allowed: { status: 405, title: 'The resource does not support this method' },
  not_acceptable: { status: 406, title: 'The requested representation is not available' },
  request_timeout: { status: 408, title: 'The request took too long to arrive' },
  conflict: { status: 409, title: 'The resource already exists' },
  gone: { status: 410, title: 'The resource is no longer kept' },
  payload_too_large: { status: 413, title: 'The body is too large' },
  unsupported_media_type: { status: 415, title: 'The media type of the body is not supported' },
  expectation_failed: { status: 417, title: 'The expectation of the request cannot be met' },
  rate_limited: { status: 429, title: 'Too many requests from this address' },
  headers_too_large: { status: 431, title: 'The request headers are too large' },
  internal_error: { status: 500, title: 'An internal error occurred' },
  bad_gateway: { status: 502, title: 'The service behind the gateway sent no valid answer' },
  unavailable: { status: 503, title: 'A required service is not available' },
  overloaded: { status: 503, title: 'The server is overloaded; nothing was stored' },
  outcome_unknown: { status: 503, title: 'The event may or may not be stored; send it again with the same event_id' },
} as const
export type ProblemCode = keyof typeof problemCodes

export interface ProblemOptions {
  detail?: string
  errors?: FieldError[]
  headers?: Record<string, string>
  /** Extension members (RFC 9457, section 3.2), such as the event_id to send again. */
  members?: Record<string, unknown>
  cause?: unknown
}

export const FieldErrorBody = Type.Object(
  {
    field: Type.String({ description: 'The field, parameter or header; `body` for the whole body' }),
    message: Type.String(),
  },
  { title: 'FieldError' },
)
const ProblemBody = Type.Object(
  {
    type: Type.String({ description: 'urn:ads-tracker:problem: followed by the code' }),
    title: Type.String(),
    status: Type.Integer(),
    detail: Type.Optional(Type.String()),
    instance: Type.Optional(
      Type.String({ description: 'urn:ads-tracker:request: followed by the id of the request in the logs' }),
    ),
    code: Type.Unsafe<ProblemCode>({
      type: 'string',
      enum: Object.keys(problemCodes),
      description: 'Stable name of the problem',
    }),
    errors: Type.Optional(Type.Array(FieldErrorBody)),
  },
  { title: 'Problem', description: 'RFC 9457 problem details' },
)
export type ProblemBody = Static<typeof ProblemBody>

/** A response other than success, thrown by a handler. */
export class Problem extends Error {
  readonly code: ProblemCode
  readonly statusCode: number
  readonly errors: FieldError[] | undefined
  readonly headers: Record<string, string>
  readonly members: Record<string, unknown>

  constructor(code: ProblemCode, { detail, errors, headers = {}, members = {}, cause }: ProblemOptions) {
    super(detail ?? problemCodes[code].title, { cause })
    this.code = code
    this.statusCode = problemCodes[code].status
    this.errors = errors
    this.headers = headers
    this.members = members
  }
}

export function problem(code: ProblemCode, options: ProblemOptions = {}): Problem {
  return new Problem(code, options)
}

/** The body of a problem (RFC 9457, section 3.1). */
export function problemOf(
  code: ProblemCode,
  { detail, errors, members }: ProblemOptions = {},
  requestId?: string,
): ProblemBody {
  const { status, title } = problemCodes[code]
  return {
    type: `urn:ads-tracker:problem:${code}`,
    title,
    status,
    ...(detail !== undefined && detail !== title && { detail }),
    ...(requestId !== undefined && { instance: `urn:ads-tracker:request:${requestId}` }),
    code,
    ...(errors !== undefined && { errors }),
    ...members,
  }
}

/**
 * Response schemas of the problems of a route by status; codes with the same status share an entry. Problems that any request can
 * have, from an invalid header to a gateway whose service is down, are always included.
 */
export function problems(...codes: ProblemCode[]): Record<number, TSchema> {
  const byStatus = Map.groupBy(new Set([...codes, ...anyRequest]), (code) => problemCodes[code].status)
  return Object.fromEntries([...byStatus].map(([status, group]) => [status, responseOf(status, group)]))
}

const anyRequest = [
  'bad_http',
  'invalid_request',
  'request_timeout',
  'headers_too_large',
  'internal_error',
  'bad_gateway',
  'unavailable',
] as const

const retryAfter = {
  'Retry-After': { type: 'integer', minimum: 0, description: 'Seconds to wait before the request is sent again' },
}
const authenticate = { 'WWW-Authenticate': { type: 'string', description: 'What the key lacks (RFC 6750, section 3)' } }
const headersByStatus: Record<number, object> = {
  401: authenticate,
  429: retryAfter,
  502: retryAfter,
  503: retryAfter,
}

function responseOf(status: number, codes: ProblemCode[]): TSchema {
  const schema = { allOf: [ProblemBody, { type: 'object', properties: { code: { type: 'string', enum: codes } } }] }
  const headers = codes.some((code) => code === 'forbidden') ? authenticate : headersByStatus[status]
  const examples = Object.fromEntries(
    codes.map((code) => [code, { summary: problemCodes[code].title, value: problemOf(code) }]),
  )
  return {
    description: codes.map((code) => `\`${code}\`: ${problemCodes[code].title}`).join('; '),
    ...(headers && { headers }),
    content: { 'application/problem+json': { schema, examples } },
  } as unknown as TSchema
}
