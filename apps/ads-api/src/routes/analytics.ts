import type { App } from '@ads-tracker/service-kit'
import { type Static, Type } from '@sinclair/typebox'
import { orNull } from '../response-types.ts'
import type { Snapshot } from '../snapshot.ts'
import type { SnapshotCache } from '../snapshot-cache.ts'
import { filterOf, filterQuery } from '../filters.ts'
import { integerText } from '../integer-text.ts'
import { type LabelStore, noLabels } from '../labels.ts'
import { periodOf, periodQuery, refused } from '../period-query.ts'
import { names } from '../query-kinds.ts'
import type { Reports } from '../reports.ts'
import { describeTable, formatOf, formatQuery, sendPayload, tableSchema } from '../table-format.ts'
import { type LabelField, labelFields, viewOf } from '../views.ts'
import { cacheControl, freshness, type ReadingOptions, readingRoute, readingSchema } from './reading.ts'

const Query = Type.Object({
  minutes: Type.Optional(
    integerText({
      minimum: 1,
      maximum: 525600,
      description: 'Counts the events of the last minutes by `occurred_at`; all time when absent',
      examples: [60],
    }),
  ),
  ...periodQuery,
  ...filterQuery,
  fields: Type.Optional(
    names(labelFields, { description: 'Fields of the ads to add to their rows', examples: ['name,campaign'] }),
  ),
  ...formatQuery,
})
type Query = Static<typeof Query>

const label = (description: string) =>
  Type.Optional(orNull('string', { description: `${description}; only with \`fields\`` }))
export const AdStats = Type.Object(
  {
    ad_id: Type.Integer({ examples: [1] }),
    clicks: Type.Integer({ minimum: 0, examples: [2000] }),
    ctr: Type.Number({ minimum: 0, description: 'clicks / impressions; 0 when there are none', examples: [0.5] }),
    impressions: Type.Integer({ minimum: 0, examples: [4000] }),
    name: label('Name of the ad'),
    campaign: label('Campaign of the ad'),
    advertiser: label('Advertiser of the ad'),
    image_url: label('The poster of the video'),
    target_url: label('Where a click leads'),
  },
  { title: 'AdStats', description: 'Counts of one ad' },
)
const Stats = Type.Array(AdStats, {
  description: 'One row for every ad that is live or has events, ordered by ad',
  examples: [[{ ad_id: 1, clicks: 2000, ctr: 0.5, impressions: 4000 }]],
  headers: freshness,
})

interface AnalyticsOptions extends ReadingOptions {
  snapshots: SnapshotCache
  reports: Reports
  labels: LabelStore
}

export function analyticsRoute(app: App, options: AnalyticsOptions) {
  const { snapshots, reports, labels, findKey, onNewWindow = async () => {}, onServed = () => {} } = options
  const caching = cacheControl(findKey)
  app.get(
    '/ads/analytics',
    {
      ...readingRoute(options),
      schema: {
        operationId: 'getAnalytics',
        summary: 'Get clicks, impressions and click-through rates',
        description:
          'All time, the last `minutes`, or a period [from, to), exact to the millisecond while raw events are kept. Headers give the freshness of the numbers. `campaign` and `advertiser` match exactly, and an ad has to match all filters.',
        querystring: Query,
        ...readingSchema(
          options,
          tableSchema(Stats, 'ad_id, the `fields`, clicks, impressions, ctr', [
            'ad_id,clicks,impressions,ctr',
            '1,2000,4000,0.5',
          ]),
        ),
      },
    },
    async (request, reply) => {
      const { query } = request
      const format = formatOf(request)
      const ask = askFor(query)
      if (!ask.isRead) await onNewWindow(request)
      const found = ask.get()
      onServed(found instanceof Promise ? 'awaited' : 'prepared')
      const snapshot: Snapshot = found instanceof Promise ? await found : found
      reply.headers(snapshot.headers).header('cache-control', caching)
      describeTable(reply, format, fileName(query))
      const filter = filterOf(query)
      const fields = query.fields === undefined ? [] : (query.fields.split(',') as LabelField[])
      const isWhole = !filter && fields.length === 0 && format === 'json'
      const needsLabels = fields.length > 0 || filter?.campaign !== undefined || filter?.advertiser !== undefined
      const payload = isWhole
        ? snapshot.payload
        : viewOf(snapshot, needsLabels ? await labels.get() : noLabels, { filter, fields, format })
      return sendPayload(request, reply, payload) as never
    },
  )

  function askFor(query: Query) {
    const minutes = query.minutes === undefined ? undefined : Number(query.minutes)
    const period = periodOf(query)
    if (!period) return { isRead: snapshots.isRead(minutes), get: () => snapshots.get(minutes) }
    if (minutes !== undefined) throw refused('minutes', 'cannot be given together with from and to: use one of the two')
    const report = { ...period, filter: filterOf(query) }
    return { isRead: reports.isRead(report), get: () => reports.period(report) }
  }
}

function fileName({ minutes, from, to }: Query): string {
  if (minutes !== undefined) return `analytics-${minutes}-minutes`
  return ['analytics', from?.slice(0, 10), to && `to-${to.slice(0, 10)}`].filter(Boolean).join('-')
}
