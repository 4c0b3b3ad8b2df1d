import './formats.ts'
import { type Static, Type } from '@sinclair/typebox'
import { TypeCompiler } from '@sinclair/typebox/compiler'
import { type AdEvent, largestAdId } from './ad-event.ts'
import { anonymizeIp } from './ip-network.ts'
import { uuidv7 } from './uuidv7.ts'

const earliest = Date.UTC(2000, 0, 1)
const furthestAhead = 24 * 60 * 60 * 1000

/** A click or an impression as a client sends it. Unknown fields are ignored. */
export const EventRequest = Type.Object({
  ad_id: Type.Integer({ minimum: 1, maximum: largestAdId, description: 'The ad that was clicked or shown' }),
  event_id: Type.Optional(
    Type.String({
      format: 'uuid',
      description: 'Idempotency key: the same id counts once per event type. Made by the server when absent',
    }),
  ),
  timestamp: Type.Optional(
    Type.String({
      format: 'date-time',
      description: 'When it happened, RFC 3339. From 2000-01-01 to 24 h ahead; now when absent',
    }),
  ),
  ip: Type.Optional(
    Type.Union([Type.String({ format: 'ipv4' }), Type.String({ format: 'ipv6' })], {
      description: "The viewer's address as the client knows it; stored cut to /24 or /48. The peer's when absent",
    }),
  ),
  playback_time: Type.Optional(
    Type.Number({ minimum: 0, maximum: 1e9, description: 'Seconds of video played before the event' }),
  ),
})
export type EventRequest = Static<typeof EventRequest>

export interface FieldError {
  /** The invalid field; `body` for the whole body. */
  field: string
  message: string
}

/** What click-ingest knows about an event in addition to its body. */
interface Arrival {
  /** Arrival of the request in Unix milliseconds. */
  receivedAt: number
  /** The peer's address, used when the body has none. */
  ip: string
  userAgent: string | undefined
  idempotencyKey?: string | undefined
}

const compiled = TypeCompiler.Compile(EventRequest)
const uuid = TypeCompiler.Compile(Type.String({ format: 'uuid' }))

/** Turns a body into an event, or returns the error of each invalid field. Never throws. */
export function parseEventRequest(body: unknown, arrival: Arrival): { event: AdEvent } | { errors: FieldError[] } {
  if (!compiled.Check(body)) return { errors: fieldErrors(body) }
  const key = readKey(arrival.idempotencyKey)
  const errors = keyErrors(body, key).concat(timeErrors(body.timestamp, arrival.receivedAt))
  return errors.length > 0 ? { errors } : { event: toEvent(body, arrival, key) }
}

function toEvent(body: EventRequest, arrival: Arrival, key: string | undefined): AdEvent {
  const receivedAt = isoTime(arrival.receivedAt)
  return {
    event_id: (body.event_id ?? key)?.toLowerCase() ?? uuidv7(arrival.receivedAt),
    ad_id: body.ad_id,
    occurred_at: body.timestamp === undefined ? receivedAt : canonical(body.timestamp),
    received_at: receivedAt,
    ip: anonymizeIp(body.ip ?? arrival.ip),
    user_agent: arrival.userAgent === undefined ? null : storable(arrival.userAgent),
    playback_time: body.playback_time ?? null,
  }
}

const canonicalTime = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/
// Most clients use toISOString(), so the time already has this form.
function canonical(time: string): string {
  return canonicalTime.test(time) ? time : new Date(time).toISOString()
}

// A quoted string of structured fields (draft-ietf-httpapi-idempotency-key-header); accepted without quotes, too.
function readKey(header: string | undefined): string | undefined {
  return header === undefined ? undefined : (/^\s*"([^"]*)"/.exec(header)?.[1] ?? header)
}

const none: FieldError[] = []
function keyErrors(body: EventRequest, key: string | undefined): FieldError[] {
  if (key === undefined) return none
  // some HTTP libraries send keys that are not UUIDs; with an event_id the key is ignored
  if (!uuid.Check(key))
    return body.event_id === undefined ? [{ field: 'Idempotency-Key', message: 'must be a UUID' }] : none
  const same = body.event_id === undefined || body.event_id.toLowerCase() === key.toLowerCase()
  return same
    ? none
    : [
        {
          field: 'event_id',
          message: 'differs from the header Idempotency-Key: send one of the two, or the same in both',
        },
      ]
}

function timeErrors(timestamp: string | undefined, now: number): FieldError[] {
  if (timestamp === undefined) return none
  const time = Date.parse(timestamp)
  if (time < earliest) return [{ field: 'timestamp', message: 'must not be before 2000-01-01T00:00:00Z' }]
  return time > now + furthestAhead ? [{ field: 'timestamp', message: 'must not be more than 24 hours ahead' }] : none
}

// A header is latin1 and has no lone surrogates, but cutting a string may create one.
function storable(text: string): string {
  return text.slice(0, 512).toWellFormed().replaceAll('\0', '')
}

function fieldErrors(body: unknown): FieldError[] {
  const byField = new Map<string, string>()
  for (const { path, message, schema } of compiled.Errors(body)) {
    const field = path.slice(1).split('/')[0] || 'body'
    if (!byField.has(field)) byField.set(field, reasonFor(field, message, schema))
  }
  return [...byField].map(([field, message]) => ({ field, message }))
}

function reasonFor(field: string, message: string, schema: { description?: string }): string {
  if (field === 'ip') return 'must be an IPv4 or IPv6 address'
  if (field === 'event_id') return 'must be a UUID'
  if (field === 'timestamp') return 'must be an RFC 3339 time such as 2025-07-07T06:45:00Z'
  return schema.description && message.startsWith('Expected required')
    ? 'is required'
    : message.replace(/^Expected/, 'must be')
}

let lastTime = 0
let lastText = ''
// Under load many events arrive in the same millisecond.
function isoTime(time: number): string {
  if (time !== lastTime) {
    lastTime = time
    lastText = new Date(time).toISOString()
  }
  return lastText
}
