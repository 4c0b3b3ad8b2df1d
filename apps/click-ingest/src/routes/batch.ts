import { EventRequest, type EventType, eventTypes } from '@ads-tracker/events'
import { type App, type Charge, FieldErrorBody, problem, problems } from '@ads-tracker/service-kit'
import { type Static, Type } from '@sinclair/typebox'
import type { FastifyRequest } from 'fastify'
import { costOf } from '../cost.ts'
import type { Recorded, Recorder } from '../record.ts'
import { recordingProblems } from './event.ts'

const bodyLimit = 512 * 1024
const maxEvents = 500

const BatchEvent = Type.Object(
  {
    type: Type.Union(
      eventTypes.map((type) => Type.Literal(type)),
      { description: 'Type of the event' },
    ),
    ...EventRequest.properties,
  },
  { title: 'BatchEvent', description: 'An event with its type' },
)
const Envelope = Type.Object({
  // each event has its own result, so only the envelope is validated as a whole
  events: Type.Unsafe<unknown[]>(Type.Array(Type.Unknown(), { minItems: 1 })),
})
const DocumentedEnvelope = Type.Object(
  { events: Type.Array(BatchEvent, { minItems: 1, maxItems: maxEvents }) },
  {
    title: 'EventBatch',
    examples: [
      {
        events: [
          { type: 'impression', ad_id: 1 },
          { type: 'click', ad_id: 1, playback_time: 15 },
        ],
      },
    ],
  },
)
const Result = Type.Object(
  {
    event_id: Type.Union([Type.String(), Type.Null()], { description: 'null when the event was rejected' }),
    status: Type.Integer({ description: '202 acknowledged, 400 not valid, 503 may or may not be stored' }),
    code: Type.Optional(
      Type.String({ description: 'Code of the problem: `invalid_request`, `overloaded` or `outcome_unknown`' }),
    ),
    errors: Type.Optional(Type.Array(FieldErrorBody)),
  },
  { title: 'EventResult', description: 'The outcome of one event of a batch' },
)
type Result = Static<typeof Result>
const Results = Type.Object(
  { results: Type.Array(Result) },
  {
    title: 'EventResults',
    description: 'The outcome of each event, in the order of the request',
    examples: [
      {
        results: [
          { event_id: '0197e2a4-5c80-7c3e-9d2a-3f1b5c7d9e0f', status: 202 },
          {
            event_id: null,
            status: 400,
            code: 'invalid_request',
            errors: [{ field: 'ad_id', message: 'is required' }],
          },
        ],
      },
    ],
  },
)

/** `POST /ads/events`: many events in one request, each with its own result, in order. */
export function batchRoute(app: App, record: Recorder, charge: Charge) {
  // navigator.sendBeacon cannot send application/json across origins without a preflight
  app.addContentTypeParser('text/plain', { parseAs: 'string' }, app.getDefaultJsonParser('error', 'error'))

  const schema = {
    operationId: 'recordEvents',
    tags: ['events'],
    summary: 'Record up to 500 clicks and impressions',
    description:
      'An invalid event does not affect the others. A 503 means that none was acknowledged: send all again with the same ids.',
    consumes: ['application/json', 'text/plain'],
    body: DocumentedEnvelope,
    response: { 200: Results, ...problems(...recordingProblems) },
  }
  app.post(
    '/ads/events',
    { schema, bodyLimit, validatorCompiler: (route) => envelopeOnly(app, route) },
    async (request) => {
      const { events } = request.body as { events: unknown[] }
      if (events.length > maxEvents) throw tooMany(events.length)
      await charge(request, events.reduce<number>((sum, event) => sum + costOf(event), 0) - 1)
      const results = await Promise.all(events.map((event) => recordOne(record, event, request)))
      const refused = results.find(({ status }) => status === 503)
      // nothing was acknowledged: a 503, so that the client sends all events again with the same ids
      if (refused && !results.some(({ status }) => status === 202)) {
        throw problem(refused.code === 'overloaded' ? 'overloaded' : 'outcome_unknown', { members: { results } })
      }
      return { results }
    },
  )
}

function tooMany(count: number) {
  const errors = [{ field: 'events', message: `must be at most ${maxEvents}, and there are ${count}` }]
  return problem('payload_too_large', { errors })
}

type RouteSchema = Parameters<NonNullable<App['validatorCompiler']>>[0]

function envelopeOnly(app: App, route: RouteSchema) {
  if (!app.validatorCompiler) throw new Error('the service has no validator')
  return app.validatorCompiler(route.httpPart === 'body' ? { ...route, schema: Envelope } : route)
}

async function recordOne(record: Recorder, event: unknown, request: FastifyRequest): Promise<Result> {
  const type = (event as { type?: unknown } | null)?.type
  if (!isEventType(type)) return rejected([{ field: 'type', message: `must be ${eventTypes.join(' or ')}` }])
  return toResult(await record(type, event, request))
}

function isEventType(type: unknown): type is EventType {
  return eventTypes.some((known) => known === type)
}

function toResult(recorded: Recorded): Result {
  if (recorded.outcome === 'rejected') return rejected(recorded.errors)
  if (recorded.outcome === 'acknowledged') return { event_id: recorded.eventId, status: 202 }
  return {
    event_id: recorded.eventId,
    status: 503,
    code: recorded.outcome === 'overloaded' ? 'overloaded' : 'outcome_unknown',
  }
}

function rejected(errors: Result['errors']): Result {
  return { event_id: null, status: 400, code: 'invalid_request', errors }
}
