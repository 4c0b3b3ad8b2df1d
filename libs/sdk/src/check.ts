import { AdsTrackerError } from './errors.ts'
import { formats } from './formats.ts'
import { requests } from './generated/requests.ts'
import type { FieldError } from './types.ts'

/** The part of JSON Schema that requests of the API are described with. */
interface Schema {
  type?: string | readonly string[]
  enum?: readonly unknown[]
  anyOf?: readonly Schema[]
  properties?: Readonly<Record<string, Schema>>
  required?: readonly string[]
  items?: Schema
  format?: string
  minimum?: number
  maximum?: number
  minLength?: number
  maxLength?: number
  minItems?: number
  maxItems?: number
}
type OperationId = keyof typeof requests

/**
 * Checks a request as the server will, before anything is sent.
 * @throws AdsTrackerError invalid_request, which names every wrong field
 */
export function check(operation: OperationId, request: { params?: object; body?: unknown }): void {
  const { params, body } = requests[operation] as { params: Record<string, Schema>; body?: Schema }
  const errors = [...ofFields(params, request.params ?? {}), ...(body ? mistakes(body, request.body) : [])]
  if (errors.length > 0) throw invalid(errors)
}

/** What is wrong with one event of a batch. */
export function mistakesOfEvent(event: unknown): FieldError[] {
  return mistakes(requests.recordEvents.body.properties.events.items, event)
}

export function invalid(errors: FieldError[]): AdsTrackerError {
  return new AdsTrackerError('invalid_request', errors.map(({ field, message }) => `${field} ${message}`).join('; '), {
    status: 400,
    errors,
  })
}

function mistakes({ properties = {}, required = [] }: Schema, value: unknown): FieldError[] {
  if (kindOf(value) !== 'object') return [{ field: 'body', message: 'must be object' }]
  const fields = value as Record<string, unknown>
  const missing = required
    .filter((field) => fields[field] === undefined)
    .map((field) => ({ field, message: 'is required' }))
  return [...missing, ...ofFields(properties, fields)]
}

function ofFields(schemas: Readonly<Record<string, Schema>>, fields: object): FieldError[] {
  return Object.entries(schemas).flatMap(([field, schema]) => {
    const value = (fields as Record<string, unknown>)[field]
    const message = value === undefined ? undefined : mistake(schema, value)
    return message === undefined ? [] : [{ field, message }]
  })
}

function mistake(schema: Schema, value: unknown): string | undefined {
  if (schema.anyOf)
    return schema.anyOf.some((way) => mistake(way, value) === undefined)
      ? undefined
      : `must be ${schema.anyOf.map(wordsFor).join(' or ')}`
  if (schema.enum) return schema.enum.includes(value) ? undefined : `must be ${schema.enum.join(' or ')}`
  if (schema.type !== undefined && !isOfType([schema.type].flat(), value)) return `must be ${wordsFor(schema)}`
  if (typeof value === 'string') return ofText(schema, value)
  if (typeof value === 'number') return ofRange(value, '', schema.minimum, schema.maximum)
  return Array.isArray(value) ? ofRange(value.length, ' items', schema.minItems, schema.maxItems) : undefined
}

function ofText(schema: Schema, value: string): string | undefined {
  const fits = schema.format === undefined || (formats[schema.format]?.(value) ?? true)
  return fits ? ofRange(value.length, ' characters', schema.minLength, schema.maxLength) : `must be ${wordsFor(schema)}`
}

function ofRange(size: number, unit: string, least = -Infinity, most = Infinity): string | undefined {
  if (size < least) return `must be at least ${least}${unit}`
  return size > most ? `must be at most ${most}${unit}` : undefined
}

function isOfType(types: readonly string[], value: unknown): boolean {
  const kind = kindOf(value)
  return types.some((type) => type === kind || (type === 'number' && kind === 'integer'))
}

function kindOf(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  if (typeof value !== 'number') return typeof value
  return Number.isInteger(value) ? 'integer' : Number.isFinite(value) ? 'number' : 'not a number'
}

const names: Record<string, string> = {
  uuid: 'a UUID',
  'date-time': 'an RFC 3339 time such as 2025-07-07T06:45:00Z',
  ipv4: 'an IPv4 address',
  ipv6: 'an IPv6 address',
  uri: 'an absolute http(s) URL without credentials',
}
const wordsFor = ({ format = '', type }: Schema) => names[format] ?? String([type].flat().join(' or '))
