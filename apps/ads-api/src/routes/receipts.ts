import type { Receipt as StoredReceipt } from '@ads-tracker/data'
import { type App, problem, problems } from '@ads-tracker/service-kit'
import { type TSchema, Type } from '@sinclair/typebox'
import { oneOf, orNull } from '../response-types.ts'

export type FindReceipt = (eventId: string) => Promise<{ receipts: StoredReceipt[]; completeThrough: Date | null }>

const eventId = Type.String({
  format: 'uuid',
  description: 'Id of the event',
  examples: ['0197e2a4-5c80-7c3e-9d2a-3f1b5c7d9e0f'],
})
const Receipt = Type.Object(
  {
    type: oneOf('click', 'impression'),
    status: oneOf('counted', 'dead_letter'),
    ad_id: orNull('integer', {
      description: 'Null for a dead letter without a readable ad id',
      examples: [1],
    }),
    duplicates: Type.Integer({ minimum: 0, description: 'Repeated deliveries with the same payload', examples: [0] }),
    conflicts: Type.Integer({
      minimum: 0,
      description: 'Repeated deliveries with another payload; the first one counts',
      examples: [0],
    }),
    reason: Type.Optional(oneOf('undecodable', 'schema_invalid', 'unknown_ad', 'rejected_by_database')),
    replayed_at: Type.Optional(Type.String({ format: 'date-time', description: 'When its dead letter was replayed' })),
  },
  { title: 'Receipt', description: 'The outcome of an event, as a click or as an impression' },
)
const Receipts = Type.Object(
  { event_id: eventId, receipts: Type.Array(Receipt, { description: 'At most one for each type' }) },
  {
    title: 'Receipts',
    description: 'The receipt',
    examples: [
      {
        event_id: eventId.examples?.[0],
        receipts: [{ type: 'click', status: 'counted', ad_id: 1, duplicates: 0, conflicts: 0 }],
      },
    ],
  },
)
const NotKnown = {
  ...problems('not_found')[404],
  headers: {
    'X-Complete-Through': {
      type: 'string',
      format: 'date-time',
      description: 'Every event acknowledged before this time has a receipt',
    },
  },
} as TSchema

export function receiptRoute(app: App, findReceipt: FindReceipt) {
  app.get(
    '/ads/events/:event_id',
    {
      schema: {
        operationId: 'getReceipt',
        tags: ['events'],
        summary: 'Get the receipt of an event',
        description:
          'Counted, or a dead letter with a reason. A 404 has `X-Complete-Through`: every event acknowledged before this time has a receipt.',
        params: Type.Object({ event_id: eventId }),
        response: { 200: Receipts, ...problems('invalid_request', 'rate_limited', 'overloaded'), 404: NotKnown },
      },
    },
    async ({ params }) => {
      const event_id = params.event_id.toLowerCase()
      const { receipts, completeThrough } = await findReceipt(event_id)
      if (receipts.length === 0) throw notKnown(event_id, completeThrough)
      return { event_id, receipts: receipts.map(toBody) }
    },
  )
}

function toBody({ replayed_at, ...receipt }: StoredReceipt) {
  return { ...receipt, ...(replayed_at && { replayed_at: replayed_at.toISOString() }) }
}

// The complete-through mark tells the client whether the event may still arrive.
function notKnown(eventId: string, completeThrough: Date | null) {
  const mark = completeThrough?.toISOString()
  return problem('not_found', {
    detail: mark
      ? `Event ${eventId} is not known. Everything acknowledged before ${mark} is: ask again if yours was acknowledged later`
      : `Event ${eventId} is not known yet`,
    ...(mark && { headers: { 'x-complete-through': mark } }),
  })
}
