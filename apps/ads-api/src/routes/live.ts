import sse from '@fastify/sse'
import { type App, networkOf, type Problem, problems } from '@ads-tracker/service-kit'
import { type TSchema, Type } from '@sinclair/typebox'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { oneOf, orNull } from '../response-types.ts'
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

interface LiveRouteOptions {
  live: Live
  slots: Slots
  /** When given, a key with the scope `analytics:read` is required; a stream ends when its key is revoked. */
  findKey?: FindKey | undefined
  onUnknownKey?: (request: FastifyRequest) => Promise<void>
  /** Milliseconds between two checks of the keys of open streams. */
  keyCheckMs?: number
}

const silentMs = 45_000
// Its types describe the CommonJS export as a namespace. `sse.default` is a function whose hooks are encapsulated.
const ssePlugin = sse as unknown as typeof sse.default

export async function liveRoute(
  app: App,
  { live, slots, findKey, onUnknownKey, keyCheckMs = 5000 }: LiveRouteOptions,
): Promise<void> {
  await app.register(ssePlugin)
  app.addHook('preClose', () => live.close())
  const keyed = new Map<FastifyReply['raw'], FastifyRequest>()
  const timer = findKey && setInterval(keyCheck(findKey, keyed, live), keyCheckMs).unref()
  app.addHook('onClose', async () => clearInterval(timer))

  app.get(
    '/ads/analytics/live',
    {
      // manual: otherwise the plugin sends a 406 without problem+json; no heartbeat: `live` writes comments with one timer
      sse: { kind: 'manual', heartbeat: false },
      // HEAD would never end
      exposeHeadRoute: false,
      config: { endless: true },
      ...(findKey && { onRequest: requireScope(findKey, 'analytics:read', onUnknownKey) }),
      // the schema is for the OpenAPI document only
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
      // other connections time out after 10 s; a stream whose client reads no byte for three comments is dead
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

// One after the other, so that other requests get connections; streams of the same key share the cached key.
function keyCheck(findKey: FindKey, keyed: Map<FastifyReply['raw'], FastifyRequest>, live: Live) {
  const authorize = requireScope(findKey, 'analytics:read')
  let isRunning = false
  return async function checkKeys(): Promise<void> {
    if (isRunning) return
    isRunning = true
    for (const [raw, request] of [...keyed]) {
      const error = await authorize(request).catch((error: unknown) => error as Partial<Problem>)
      // any other error is ignored: the key is checked again later
      if (error?.code === 'unauthorized' || error?.code === 'forbidden') live.drop(raw, 'revoked')
    }
    isRunning = false
  }
}
