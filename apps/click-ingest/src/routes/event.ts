import { EventRequest, type EventType } from '@ads-tracker/events'
import { type App, problem, problems } from '@ads-tracker/service-kit'
import { Type } from '@sinclair/typebox'
import type { Recorder } from '../record.ts'
import { headerOf } from './header-of.ts'

const Accepted = Type.Object(
  {
    message: Type.String({ examples: ['Click event received'] }),
    event_id: Type.String({ format: 'uuid', description: 'Name of the event, for its receipt and for sending it again' }),
  },
  { description: 'All in-sync replicas of the log have the event: it will be counted exactly once' },
)

const example = { ad_id: 1, timestamp: '2025-07-07T06:45:00Z', ip: '192.168.1.1', playback_time: 15 }

/** `POST /ads/click` and `POST /ads/impression`: one event, answered when Kafka has it. */
export function eventRoutes(app: App, record: Recorder) {
  route('click', 'Click event received')
  route('impression', 'Impression event received')

  function route(type: EventType, message: string) {
    const schema = {
      operationId: type === 'click' ? 'recordClick' : 'recordImpression',
      tags: ['events'],
      summary: `Record ${type === 'click' ? 'a click' : 'an impression'}`,
      headers: Type.Object({ 'idempotency-key': Type.Optional(Type.String({ format: 'uuid', description: 'The same as `event_id` in the body' })) }),
      body: Type.Object(EventRequest.properties, { examples: [example] }),
      response: {
        202: Accepted,
        ...problems(
          'invalid_request',
          'malformed_json',
          'bad_http',
          'request_timeout',
          'payload_too_large',
          'unsupported_media_type',
          'rate_limited',
          'headers_too_large',
          'internal_error',
          'overloaded',
          'outcome_unknown',
        ),
      },
    }
    // `record` validates: the same code does it for an event of a batch, and once more in the writer
    app.post(`/ads/${type}`, { schema, validatorCompiler: () => (value) => ({ value }) }, async (request, reply) => {
      const recorded = await record(type, request.body, request, headerOf(request, 'idempotency-key'))
      if (recorded.outcome === 'acknowledged') return reply.code(202).send({ message, event_id: recorded.eventId })
      if (recorded.outcome === 'rejected') throw invalid(recorded.errors)
      throw problem(recorded.outcome === 'overloaded' ? 'overloaded' : 'outcome_unknown', { members: { event_id: recorded.eventId } })
    })
  }
}

function invalid(errors: { field: string; message: string }[]) {
  return problem('invalid_request', { detail: errors.map(({ field, message }) => `${field} ${message}`).join('; '), errors })
}
