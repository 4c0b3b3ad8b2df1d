import { type App, problems } from '@ads-tracker/service-kit'
import { TypeBoxValidatorCompiler } from '@fastify/type-provider-typebox'
import { Type } from '@sinclair/typebox'
import type { FastifyRequest } from 'fastify'
import { adIdQuery } from '../ad-schema.ts'
import { type Answer, cut, packed } from '../answer.ts'
import type { Answers } from '../answers.ts'
import { type FindKey, requireScope } from '../authorize.ts'
import { acceptedEncoding, holds } from '../http-cache.ts'
import { integerText } from '../integer-text.ts'

const Query = Type.Object({
  minutes: Type.Optional(
    integerText({
      minimum: 1,
      maximum: 525600,
      description: 'Count events of the last so many minutes by their own time; all time when absent',
      examples: [60],
    }),
  ),
  ad_id: Type.Optional(adIdQuery),
})

const IfNoneMatch = Type.Object({
  'If-None-Match': Type.Optional(
    Type.String({ description: 'The `ETag` of an answer before: a 304 says that its numbers still hold' }),
  ),
})
const time = (description: string) => ({ type: 'string', format: 'date-time', description })
const headers = {
  'X-As-Of': time('End of the window: events up to this time are counted'),
  'X-Window-Start': time(
    'The window begins after this time. With its seconds at 0 beyond the retention of raw events: the whole minute counts',
  ),
  'X-Complete-Through': time(
    'Everything acknowledged before this time is in the numbers. Absent until every partition was read once',
  ),
  'X-Ingest-Lag-Ms': { type: 'integer', description: 'Milliseconds from X-Complete-Through to X-As-Of' },
  ETag: { type: 'string', description: 'Of the numbers: send it as If-None-Match' },
}
export const AdStats = Type.Object(
  {
    ad_id: Type.Integer({ examples: [1] }),
    clicks: Type.Integer({ minimum: 0, examples: [2000] }),
    ctr: Type.Number({ minimum: 0, description: 'clicks / impressions; 0 when there are none', examples: [0.5] }),
    impressions: Type.Integer({ minimum: 0, examples: [4000] }),
  },
  { title: 'AdStats', description: 'The events of one ad' },
)
const Stats = Type.Array(AdStats, {
  description: 'One row for every ad that is live or has events, ordered by ad',
  examples: [[{ ad_id: 1, clicks: 2000, ctr: 0.5, impressions: 4000 }]],
  headers,
})

export interface AnalyticsOptions {
  answers: Answers
  /** When given, only keys with the scope `analytics:read` may look. */
  findKey?: FindKey | undefined
  onUnknownKey?: (request: FastifyRequest) => Promise<void>
  /** Awaited before a window is read that nobody reads at the moment; may refuse. */
  onNewWindow?: (request: FastifyRequest) => Promise<void>
  onServed?: (source: 'prepared' | 'awaited') => void
}

// The headers are described for the document; to check them, each request's would be copied first.
const validatorCompiler: typeof TypeBoxValidatorCompiler = (route) =>
  route.httpPart === 'headers' ? () => true : TypeBoxValidatorCompiler(route)

export function analyticsRoute(
  app: App,
  { answers, findKey, onUnknownKey, onNewWindow = async () => {}, onServed = () => {} }: AnalyticsOptions,
) {
  const cacheControl = findKey ? 'private, no-cache' : 'no-cache'
  app.get(
    '/ads/analytics',
    {
      ...(findKey && { onRequest: requireScope(findKey, 'analytics:read', onUnknownKey) }),
      validatorCompiler: validatorCompiler as never,
      schema: {
        operationId: 'getAnalytics',
        tags: ['analytics'],
        summary: 'How each ad is doing',
        security: findKey ? [{ apiKey: [] }] : [{}, { apiKey: [] }],
        description:
          'All time, or the last `minutes` exact to the millisecond. The headers tell how fresh the numbers are.',
        headers: IfNoneMatch,
        querystring: Query,
        response: {
          200: Stats,
          304: Type.Null({ description: 'The numbers are still those of If-None-Match', headers }),
          ...problems(
            'invalid_request',
            'rate_limited',
            'unauthorized',
            'forbidden',
            'internal_error',
            'unavailable',
            'overloaded',
          ),
        },
      },
    },
    async (request, reply) => {
      const { query, headers } = request
      const minutes = query.minutes === undefined ? undefined : Number(query.minutes)
      if (!answers.isRead(minutes)) await onNewWindow(request)
      const found = answers.get(minutes)
      onServed(found instanceof Promise ? 'awaited' : 'prepared')
      const whole: Answer = found instanceof Promise ? await found : found
      const { payload, headers: freshness } = query.ad_id === undefined ? whole : cut(whole, Number(query.ad_id))
      reply.headers(freshness).header('cache-control', cacheControl).header('vary', 'accept-encoding')
      // not null, which would be written as JSON: proxies refuse a 304 that announces four bytes and has none
      if (holds(headers['if-none-match'], payload.etag)) return reply.code(304).send(undefined as never)
      reply.type('application/json; charset=utf-8')
      const encoding = acceptedEncoding(headers['accept-encoding'])
      const body = encoding && packed(payload, encoding)
      if (body) reply.header('content-encoding', encoding)
      // bytes, which Fastify sends as they are: the schema only describes them
      return reply.send((body ? await body : payload.body) as never)
    },
  )
}
