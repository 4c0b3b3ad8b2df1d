import sse from '@fastify/sse'
import { type App, networkOf, type Problem, problems } from '@ads-tracker/service-kit'
import { type TSchema, Type } from '@sinclair/typebox'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { oneOf, orNull } from '../answer-types.ts'
import { type FindKey, requireScope } from '../authorize.ts'
import type { Live } from '../live.ts'
import type { Slots } from '../slots.ts'
import { AdStats } from './analytics.ts'
import { readingSecurity } from './reading.ts'

const timeOrNull = (description: string) => orNull('string', { format: 'date-time', description })
const liveExample = {
  type: 'changes',
  as_of: '2026-07-07T06:45:00.040Z',
  complete_through: '2026-07-07T06:45:00.000Z',
  ingest_lag_ms: 40,
  rows: [{ ad_id: 1, clicks: 2000, ctr: 0.5, impressions: 4000 }],
}
const LiveMessage = Type.Object(
  {
    type: oneOf('snapshot', 'changes'),
    as_of: Type.String({ format: 'date-time', description: 'When the numbers were read' }),
    complete_through: timeOrNull('Everything acknowledged before this time is in the numbers'),
    ingest_lag_ms: orNull('integer', { description: 'Milliseconds from complete_through to as_of' }),
    rows: Type.Array(AdStats, { description: 'All ads for a snapshot, changed ads for changes; ordered by ad' }),
  },
  {
    title: 'LiveMessage',
    description: 'Data of each message. A snapshot replaces all rows, changes replace the rows of the same ads',
  },
)
const Stream = {
  description:
    'Messages until the client disconnects: `id` is the position of the ledger, `data` a LiveMessage as JSON',
  headers: { 'X-Accel-Buffering': { type: 'string', description: '`no`: proxies must not buffer' } },
  content: { 'text/event-stream': { schema: LiveMessage, example: liveExample } },
} as unknown as TSchema
const LastEventId = Type.Object({
  'Last-Event-ID': Type.Optional(
    Type.String({ description: 'The `id` of the last message: the first message then has the changes since' }),
  ),
})

export interface LiveRouteOptions {
  live: Live
  slots: Slots
  /** When given, only keys with the scope `analytics:read` may look, for as long as they are not revoked. */
  findKey?: FindKey | undefined
  onUnknownKey?: (request: FastifyRequest) => Promise<void>
  /** Milliseconds between two looks at the key of an open stream. */
  keyCheckMs?: number
}

const silentMs = 45_000
// Its types know CommonJS only as a namespace. Its `default` is another function, which would keep its hooks to itself.
const ssePlugin = sse as unknown as typeof sse.default

export async function liveRoute(
  app: App,
  { live, slots, findKey, onUnknownKey, keyCheckMs = 5000 }: LiveRouteOptions,
): Promise<void> {
  await app.register(ssePlugin)
  app.addHook('preClose', () => live.close())
  const keyed = new Map<FastifyReply['raw'], FastifyRequest>()
  const checking = findKey && setInterval(checkingKeys(findKey, keyed, live), keyCheckMs).unref()
  app.addHook('onClose', async () => clearInterval(checking))

  app.get(
    '/ads/analytics/live',
    {
      // not its own negotiation, which answers 406 without problem+json; comments are written by `live`, one timer for all
      sse: { kind: 'manual', heartbeat: false },
      // HEAD would never end
      exposeHeadRoute: false,
      config: { endless: true },
      ...(findKey && { onRequest: requireScope(findKey, 'analytics:read', onUnknownKey) }),
      // described for the document alone
      validatorCompiler: () => () => true,
      schema: {
        operationId: 'streamAnalytics',
        tags: ['analytics'],
        summary: 'Stream clicks, impressions and click-through rates',
        security: readingSecurity(findKey),
        description:
          'The rows of all time: first a snapshot, then the rows that changed, at most two messages per second. When nothing changes, ' +
          'a message without rows is sent every 5 s; none is sent while the database does not answer. ' +
          'A comment every 15 s keeps the connection open.',
        headers: LastEventId,
        response: {
          200: Stream,
          ...problems('invalid_request', 'rate_limited', 'unauthorized', 'forbidden', 'unavailable', 'overloaded'),
        },
      },
    },
    async (request, reply) => {
      const { raw, sse } = reply
      sse.onClose(slots.take(networkOf(request)))
      await live.ready()
      if (!sse.isConnected) return
      // the app ends connections that are silent for 10 s; of a stream, one that takes no byte for three comments is dead
      request.raw.socket.setTimeout(silentMs)
      reply.header('cache-control', 'no-cache, no-transform').header('connection', 'close')
      sse.keepAlive()
      sse.sendHeaders()
      live.add(raw, sse.lastEventId)
      if (findKey) {
        keyed.set(raw, request)
        sse.onClose(() => keyed.delete(raw))
      }
    },
  )
}

// One after the other: streams of one key share what `rememberKeys` knows, others leave connections to the rest.
function checkingKeys(findKey: FindKey, keyed: Map<FastifyReply['raw'], FastifyRequest>, live: Live) {
  const authorize = requireScope(findKey, 'analytics:read')
  let isRunning = false
  return async function checkKeys(): Promise<void> {
    if (isRunning) return
    isRunning = true
    for (const [raw, request] of [...keyed]) {
      const error = await authorize(request).catch((error: unknown) => error as Partial<Problem>)
      // a database that does not answer is no reason: it will be asked again
      if (error?.code === 'unauthorized' || error?.code === 'forbidden') live.drop(raw, 'revoked')
    }
    isRunning = false
  }
}
