import {
  type AdEvent,
  encodeEvent,
  eventHeaders,
  type EventType,
  type FieldError,
  parseEventRequest,
  type TopicNames,
} from '@ads-tracker/events'
import { type EventProducer, OverloadedError } from '@ads-tracker/kafka'
import type { FastifyRequest } from 'fastify'
import type { IngestMetrics } from './metrics.ts'
import { peerOf } from '@ads-tracker/service-kit'

export type Recorded =
  | { outcome: 'acknowledged'; eventId: string }
  | { outcome: 'overloaded' | 'unknown'; eventId: string }
  | { outcome: 'rejected'; errors: FieldError[] }

/** Validates an event and sends it to Kafka. Never throws: errors are outcomes. */
export type Recorder = (
  type: EventType,
  body: unknown,
  request: FastifyRequest,
  idempotencyKey?: string,
) => Promise<Recorded>

interface RecorderDeps {
  topics: TopicNames
  publish: EventProducer['publish']
  count: IngestMetrics['count']
}

const traceparentPattern = /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/

// One promise for each event: every `async` function in between would add two more and a microtask.
export function createRecorder({ topics, publish, count }: RecorderDeps): Recorder {
  return function record(type, body, request, idempotencyKey) {
    const parsed = parseEventRequest(body, {
      receivedAt: Date.now(),
      ip: peerOf(request),
      userAgent: request.headers['user-agent'],
      idempotencyKey,
    })
    if ('errors' in parsed) {
      count(type, 'rejected')
      return Promise.resolve({ outcome: 'rejected', errors: parsed.errors })
    }
    return send(type, parsed.event, request)
  }

  function send(type: EventType, event: AdEvent, request: FastifyRequest): Promise<Recorded> {
    const { traceparent } = request.headers
    const trace = typeof traceparent === 'string' && traceparentPattern.test(traceparent) ? traceparent : undefined
    const eventId = event.event_id
    return publish(topics[type], {
      key: eventId,
      value: encodeEvent(event),
      headers: eventHeaders(request.id, trace),
    }).then(
      () => {
        count(type, 'acknowledged')
        return { outcome: 'acknowledged', eventId }
      },
      (error: unknown) => {
        const outcome = error instanceof OverloadedError ? 'overloaded' : 'unknown'
        count(type, outcome)
        return { outcome, eventId }
      },
    )
  }
}
