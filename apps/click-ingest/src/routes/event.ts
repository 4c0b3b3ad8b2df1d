import { EventRequest, type EventType } from '@ads-tracker/events'
import { type App, type Charge, problem, problems } from '@ads-tracker/service-kit'
import { Type } from '@sinclair/typebox'
import { costOf } from '../cost.ts'
import type { Recorder } from '../record.ts'
import { headerOf } from './header-of.ts'

const eventId = '0197e2a4-5c80-7c3e-9d2a-3f1b5c7d9e0f'
const Accepted = Type.Object(
  {
    message: Type.String({ description: 'A message for people' }),
    event_id: Type.String({
      format: 'uuid',
      description: 'Id of the event, for its receipt and for sending it again',
    }),
  },
  {
    title: 'EventAccepted',
    description: 'All in-sync replicas of the log have the event: it will be counted exactly once',
    examples: [{ message: 'Click event received', event_id: eventId }],
  },
)
const NewEvent = Type.Object(EventRequest.properties, {
  title: 'NewEvent',
  description: 'A click or an impression',
  examples: [
    { ad_id: 1, timestamp: '2025-07-07T06:45:00Z', ip: '192.168.1.1', playback_time: 15 },
    { ad_id: 1, event_id: eventId },
  ],
})
const IdempotencyKey = Type.Object({
  'Idempotency-Key': Type.Optional(
    // no example: interactive documentation would fill it in, and every request would be the same click
    Type.String({
      // no format: any key is accepted when the body has an `event_id`
      description:
        'The id of the event: a UUID, with or without the quotes of the IETF draft. A UUID other than `event_id` is a 400; ' +
        'a key that is not a UUID is ignored when the body has an `event_id`, and otherwise a 400',
    }),
  ),
})

export const recordingProblems = [
  'invalid_request',
  'malformed_json',
  'payload_too_large',
  'unsupported_media_type',
  'origin_not_allowed',
  'rate_limited',
  'overloaded',
  'outcome_unknown',
] as const

/** `POST /ads/click` and `POST /ads/impression`: one event; the response is sent when Kafka has stored it. */
export function eventRoutes(app: App, record: Recorder, charge: Charge) {
  route('click', 'Click event received')
  route('impression', 'Impression event received')

  function route(type: EventType, message: string) {
    const schema = {
      operationId: type === 'click' ? 'recordClick' : 'recordImpression',
      tags: ['events'],
      summary: `Record ${type === 'click' ? 'a click' : 'an impression'}`,
      description:
        'Without an `event_id`, every request is a new event. With one, the event counts once however often it is sent: ' +
        'send it again with the same id after a 429, 502 or 503.',
      headers: IdempotencyKey,
      body: NewEvent,
      response: { 202: Accepted, ...problems(...recordingProblems) },
    }
    // `record` validates, with the same code as for batches and in the writer
    app.post(`/ads/${type}`, { schema, validatorCompiler: () => (value) => ({ value }) }, async (request, reply) => {
      await charge(request, costOf(request.body) - 1)
      const recorded = await record(type, request.body, request, headerOf(request, 'idempotency-key'))
      if (recorded.outcome === 'acknowledged') return reply.code(202).send({ message, event_id: recorded.eventId })
      if (recorded.outcome === 'rejected') throw invalid(recorded.errors)
      throw problem(recorded.outcome === 'overloaded' ? 'overloaded' : 'outcome_unknown', {
        members: { event_id: recorded.eventId },
      })
    })
  }
}

function invalid(errors: { field: string; message: string }[]) {
  return problem('invalid_request', {
    detail: errors.map(({ field, message }) => `${field} ${message}`).join('; '),
    errors,
  })
}
