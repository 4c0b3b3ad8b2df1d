import { Readable } from 'node:stream'
import { exportedTypes } from '@ads-tracker/data'
import { type App, networkOf, problem, problems } from '@ads-tracker/service-kit'
import { type TSchema, Type } from '@sinclair/typebox'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { oneOf } from '../response-types.ts'
import { type FindKey, requireScope } from '../authorize.ts'
import { csvOf, exportColumns } from '../export-csv.ts'
import type { ExportEnd, ExportMetrics } from '../export-metrics.ts'
import { parquetOf } from '../export-parquet.ts'
import { exportFormats, exportRequestOf } from '../export-request.ts'
import { type Export, type ExportStore, openExport, textOf } from '../exports.ts'
import { freshnessHeaders } from '../freshness-headers.ts'
import { matchesEtag } from '../http-cache.ts'
import type { Slots } from '../slots.ts'
import { freshness, time } from './reading.ts'

const Params = Type.Object({
  type: { ...oneOf(...exportedTypes), description: 'Type of the events', examples: ['clicks'] },
  day: Type.String({
    format: 'date',
    description: 'Day of `occurred_at`, in UTC',
    examples: ['2026-07-07'],
  }),
  format: { ...oneOf(...exportFormats), description: 'Format of the file', examples: ['csv'] },
})
const IfNoneMatch = Type.Object({
  'If-None-Match': Type.Optional(Type.String({ description: 'The `ETag` of a file of a settled day' })),
})
const headers = {
  'X-Settled': {
    type: 'string',
    enum: ['true', 'false'],
    description: '`true` when the day ended more than 24 h before X-Complete-Through; the file is then stable',
  },
  'X-As-Of': time('When the export began'),
  'X-Complete-Through': time('Everything acknowledged before this time is in the file, if it is of this day'),
  'X-Ingest-Lag-Ms': freshness['X-Ingest-Lag-Ms'],
  ETag: {
    type: 'string',
    description: 'Strong; only for a settled day. Changes when an event arrives very late',
  },
}
const mediaTypes = { csv: 'text/csv; charset=utf-8; header=present', parquet: 'application/vnd.apache.parquet' }
const File = {
  description: `The events, ordered by (occurred_at, event_id), with the columns ${exportColumns.join(', ')}`,
  headers,
  content: {
    'text/csv': {
      schema: { type: 'string', description: 'RFC 4180' },
      example:
        'event_id,ad_id,occurred_at,received_at,ip,user_agent,playback_time\r\n' +
        '0197e2a4-5c80-7c3e-9d2a-3f1b5c7d9e0f,1,2026-07-07T06:45:00.000Z,2026-07-07T06:45:00.040Z,192.168.1.0,Mozilla/5.0,15\r\n',
    },
    [mediaTypes.parquet]: { schema: { type: 'string', format: 'binary' }, example: 'PAR1 … PAR1' },
  },
} as unknown as TSchema
const encoders = { csv: csvOf, parquet: parquetOf }

interface ExportRouteOptions {
  store: ExportStore
  slots: Slots
  findKey: FindKey
  onUnknownKey?: (request: FastifyRequest) => Promise<void>
  metrics: ExportMetrics
}

// A client that reads no byte for this long is gone. Connections of other routes time out after 10 s.
const silentMs = 60_000

export function exportRoute(app: App, { store, slots, findKey, onUnknownKey, metrics }: ExportRouteOptions): void {
  const running = new Set<FastifyReply['raw']>()
  let isClosing = false
  app.addHook('preClose', async () => {
    isClosing = true
    for (const raw of running) raw.destroy()
  })

  app.get(
    '/ads/exports/:type/:day.:format',
    {
      onRequest: requireScope(findKey, 'analytics:read', onUnknownKey),
      // HEAD would read the whole day
      exposeHeadRoute: false,
      config: { endless: true },
      // `exportRequestOf` validates the parameters
      validatorCompiler: () => () => true,
      schema: {
        operationId: 'exportEvents',
        tags: ['analytics'],
        summary: 'Export the events of a day',
        security: [{ apiKey: [] }],
        description:
          'The counted clicks or impressions of a UTC day, as they are stored. The file of a settled day is identical at each request. ' +
          'Events of another day that are counted during the export may or may not be in the file. When a file cannot be completed, ' +
          'the connection is aborted.',
        params: Params,
        headers: IfNoneMatch,
        response: {
          200: File,
          304: Type.Null({ description: 'The file has not changed since the `ETag` in If-None-Match', headers }),
          ...problems(
            'invalid_request',
            'rate_limited',
            'unauthorized',
            'forbidden',
            'not_found',
            'gone',
            'unavailable',
            'overloaded',
          ),
        },
      },
    },
    async (request, reply) => {
      const { type, day, format } = exportRequestOf(request.params, new Date())
      const signal = trackExport(request, reply)
      const found = await openExport(store, type, day)
      reply.headers(freshnessOf(found)).header('cache-control', 'private, no-cache')
      const name = `${type}-${textOf(day)}.${format}`
      if (found.isSettled) {
        const etag = `"${name}-${found.counted}-1"`
        reply.header('etag', etag)
        if (matchesEtag(request.headers['if-none-match'], etag)) return reply.code(304).send(undefined as never)
      }
      const file = Readable.from(sent(encoders[format](found.pages(signal))), { objectMode: false })
      reply.type(mediaTypes[format]).header('content-disposition', `attachment; filename="${name}"`)
      return reply.send(file as never)

      async function* sent(parts: AsyncIterable<Buffer>) {
        let reason: ExportEnd = 'client'
        try {
          for await (const part of parts) {
            metrics.sent(format, part.length)
            yield part
          }
          reason = 'complete'
        } catch (error) {
          reason = reply.raw.destroyed ? 'client' : 'failed'
          throw error
        } finally {
          metrics.ended(format, isClosing && reason !== 'complete' ? 'shutdown' : reason)
        }
      }
    },
  )

  /** Takes a slot until the response ends; the signal is aborted then, so that no more queries are made. */
  function trackExport(request: FastifyRequest, { raw }: FastifyReply): AbortSignal {
    if (isClosing) throw problem('unavailable', { detail: 'The server is shutting down; send the request again' })
    const free = slots.take(networkOf(request))
    const left = new AbortController()
    const { socket } = request.raw
    running.add(raw)
    // A client that has closed its sending half may still read. Nothing is written while a query runs, so there is no way to
    // tell: such a client counts as gone.
    const leave = () => raw.destroy()
    socket.once('end', leave)
    socket.setTimeout(silentMs)
    if (raw.closed) end()
    else raw.once('close', end)
    return left.signal

    function end() {
      socket.off('end', leave)
      running.delete(raw)
      free()
      left.abort(new Error('the client has left'))
    }
  }
}

function freshnessOf({ isSettled, asOf, completeThrough }: Export): Record<string, string> {
  return {
    'x-settled': String(isSettled),
    ...freshnessHeaders({ asOf, completeThrough, windowStart: null }),
  }
}
