import { TypeCompiler } from '@sinclair/typebox/compiler'
import { AdEvent } from './ad-event.ts'
import { readEncoded } from './read-encoded.ts'

export type DeadLetterReason = 'undecodable' | 'schema_invalid' | 'unknown_ad' | 'rejected_by_database'

type Decoded =
  | { ok: true; event: AdEvent }
  | {
      ok: false
      reason: Extract<DeadLetterReason, 'undecodable' | 'schema_invalid'>
      detail: string
      eventId: string | null
    }

const compiled = TypeCompiler.Compile(AdEvent)
const utf8 = new TextDecoder('utf-8', { fatal: true })

/**
 * Decodes the value of a Kafka record. Never throws: if it cannot be stored, the result has the reason, and the event id if it can
 * be read. Unknown fields are ignored, so that a writer accepts events of the next version.
 */
export function decodeEvent(value: Uint8Array | null): Decoded {
  let json: unknown
  try {
    if (value === null) return undecodable('the record has no value')
    const text = utf8.decode(value)
    const event = readEncoded(text)
    if (event) return { ok: true, event }
    json = JSON.parse(text)
  } catch (error) {
    return undecodable(error instanceof Error ? error.message : String(error))
  }
  if (compiled.Check(json) && isSane(json)) return { ok: true, event: json }
  return { ok: false, reason: 'schema_invalid', detail: describe(json), eventId: readableId(json) }
}

function undecodable(detail: string): Decoded {
  return { ok: false, reason: 'undecodable', detail, eventId: null }
}

// The schema limits text and numbers. The range of dates in PostgreSQL is smaller than in JavaScript.
function isSane(event: AdEvent): boolean {
  return event.occurred_at >= '2000' && event.received_at >= '2000' && event.event_id === event.event_id.toLowerCase()
}

function describe(json: unknown): string {
  const error = compiled.Errors(json).First()
  return error ? `${error.path || '/'}: ${error.message}` : 'a timestamp before 2000, or an event_id in upper case'
}

function readableId(json: unknown): string | null {
  const id = (json as { event_id?: unknown } | null)?.event_id
  return typeof id === 'string' && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id) ? id.toLowerCase() : null
}
