import { type AdEvent, encodeEvent, eventHeaders, type EventType, type FieldError, parseEventRequest, type TopicNames } from '@ads-tracker/events'
import { type EventProducer, OverloadedError } from '@ads-tracker/kafka'
import type { FastifyRequest } from 'fastify'
import type { Outcome, Outcomes } from './metrics.ts'

export type Recorded =
  | { outcome: 'acknowledged'; eventId: string }
  | { outcome: 'overloaded' | 'unknown'; eventId: string }
  | { outcome: 'rejected'; errors: FieldError[] }

/** Validates one event and brings it to Kafka. Never throws: whatever happens is an outcome. */
export type Recorder = (type: EventType, body: unknown, request: FastifyRequest, idempotencyKey?: string) => Promise<Recorded>

interface RecorderDeps {
  topics: TopicNames
  publish: EventProducer['publish']
  outcomes: Outcomes
}

const traceparentPattern = /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/

export function createRecorder({ topics, publish, outcomes }: RecorderDeps): Recorder {
  return async function record(type, body, request, idempotencyKey) {
    const recorded = await attempt(type, body, request, idempotencyKey)
    outcomes.inc({ type, outcome: recorded.outcome satisfies Outcome })
    return recorded
  }

  async function attempt(type: EventType, body: unknown, request: FastifyRequest, idempotencyKey?: string): Promise<Recorded> {
    const parsed = parseEventRequest(body, {
      receivedAt: Date.now(),
      ip: request.ip,
      userAgent: request.headers['user-agent'],
      idempotencyKey,
    })
    if ('errors' in parsed) return { outcome: 'rejected', errors: parsed.errors }
    return send(type, parsed.event, request)
  }

  async function send(type: EventType, event: AdEvent, request: FastifyRequest): Promise<Recorded> {
    const { traceparent } = request.headers
    const trace = typeof traceparent === 'string' && traceparentPattern.test(traceparent) ? traceparent : undefined
    try {
      await publish(topics[type], { key: event.event_id, value: encodeEvent(event), headers: eventHeaders(request.id, trace) })
      return { outcome: 'acknowledged', eventId: event.event_id }
    } catch (error) {
      return { outcome: error instanceof OverloadedError ? 'overloaded' : 'unknown', eventId: event.event_id }
    }
  }
}
