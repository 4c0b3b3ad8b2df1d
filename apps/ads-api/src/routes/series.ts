import { seriesUnits } from '@ads-tracker/data'
import type { App } from '@ads-tracker/service-kit'
import { type Static, Type } from '@sinclair/typebox'
import { filterOf, filterQuery } from '../filters.ts'
import { periodOf, refused, startedPeriodQuery } from '../period-query.ts'
import { choice } from '../query-kinds.ts'
import { maxBuckets, maxRows, type Reports, type SeriesReport, tooMany } from '../reports.ts'
import { payloadIn, type SeriesSnapshot } from '../series-snapshot.ts'
import { describeTable, formatOf, formatQuery, sendPayload, tableSchema } from '../table-format.ts'
import { cacheControl, freshness, type ReadingOptions, readingRoute, readingSchema } from './reading.ts'

const Query = Type.Object({
  interval: choice(seriesUnits, { description: 'Length of a bucket; weeks begin on Monday', examples: ['hour'] }),
  ...startedPeriodQuery,
  time_zone: Type.Optional(
    Type.String({
      maxLength: 64,
      default: 'UTC',
      description: 'IANA time zone of the buckets',
      examples: ['Europe/Berlin'],
    }),
  ),
  ...filterQuery,
  compare: Type.Optional(
    choice(['previous'], { description: 'Adds the bucket of the previous period to each bucket' }),
  ),
  by: Type.Optional(choice(['ad'], { description: 'A series for each ad; not together with compare' })),
  ...formatQuery,
})
type Query = Static<typeof Query>

const counted = {
  start: Type.String({
    format: 'date-time',
    description: 'With the UTC offset of the time zone at that time',
    examples: ['2026-10-25T02:00:00+02:00'],
  }),
  clicks: Type.Integer({ minimum: 0, examples: [20] }),
  impressions: Type.Integer({ minimum: 0, examples: [40] }),
  ctr: Type.Number({ minimum: 0, description: 'clicks / impressions; 0 when there are none', examples: [0.5] }),
}
const Buckets = Type.Array(
  Type.Object(
    {
      ad_id: Type.Optional(Type.Integer({ description: 'Only with `by=ad`', examples: [1] })),
      ...counted,
      previous: Type.Optional(
        Type.Unsafe<Static<ReturnType<typeof Type.Object<typeof counted>>> | null>({
          type: ['object', 'null'],
          properties: counted,
          required: Object.keys(counted),
          description:
            'Only with `compare`: the bucket of the previous period; null when it has none, for example on a longer day',
        }),
      ),
    },
    { title: 'Bucket', description: 'Counts of one bucket' },
  ),
  {
    description:
      'Oldest first, buckets without events included; the first begins with `from`, the last ends with `to`. With `by=ad` those of the first ad, then of the next',
    examples: [[{ start: '2026-10-25T02:00:00+02:00', clicks: 20, impressions: 40, ctr: 0.5 }]],
    headers: freshness,
  },
)

interface SeriesOptions extends ReadingOptions {
  reports: Reports
}

export function seriesRoute(app: App, options: SeriesOptions) {
  const { reports, findKey, onNewWindow = async () => {}, onServed = () => {} } = options
  const caching = cacheControl(findKey)
  app.get(
    '/ads/analytics/series',
    {
      ...readingRoute(options),
      schema: {
        operationId: 'getSeries',
        summary: 'Get clicks and impressions over time',
        description: `The events of [from, to) in buckets: at most ${maxBuckets}, or ${maxRows} rows with \`by=ad\`. They add up to the analytics of the same period. Days, weeks and months begin at the first midnight of their date in the time zone, hours at the full hour of its clock. \`compare=previous\` compares with as many months when from and to are first days of a month, with as many days when they are midnights, and otherwise with the same length; hours are compared with the same hour of the clock.`,
        querystring: Query,
        ...readingSchema(
          options,
          tableSchema(Buckets, 'start, clicks, impressions, ctr; ad_id first, or the same as previous_… last', [
            'start,clicks,impressions,ctr',
            '2026-10-25T02:00:00+02:00,2000,4000,0.5',
          ]),
        ),
      },
    },
    async (request, reply) => {
      const { query } = request
      const format = formatOf(request)
      const report = reportOf(query)
      if (!(await reports.isTimeZone(report.timeZone)))
        throw refused('time_zone', 'is no name of an IANA time zone, such as Europe/Berlin or UTC')
      if (!reports.isRead(report)) await onNewWindow(request)
      const found = reports.series(report)
      onServed(found instanceof Promise ? 'awaited' : 'prepared')
      const snapshot: SeriesSnapshot = found instanceof Promise ? await found : found
      reply.headers(snapshot.headers).header('cache-control', caching)
      describeTable(reply, format, `analytics-by-${query.interval}-${query.from.slice(0, 10)}`)
      return sendPayload(request, reply, payloadIn(snapshot, format)) as never
    },
  )
}

const minute = 60_000
const longest = {
  minute,
  hour: 90 * minute,
  day: 25 * 60 * minute,
  week: 7.1 * 1440 * minute,
  month: 31.1 * 1440 * minute,
}

function reportOf(query: Query): SeriesReport {
  const { interval: unit, time_zone: timeZone = 'UTC', compare, by } = query
  const period = periodOf(query)!
  if (compare !== undefined && by !== undefined)
    throw refused('compare', 'cannot be given together with by: use one of the two')
  const length = (period.to?.getTime() ?? Date.now()) - period.from.getTime()
  // saves a query; the database counts the buckets exactly
  if (length > (maxBuckets + 1) * longest[unit]) throw tooMany('too many buckets')
  return { ...period, filter: filterOf(query), unit, timeZone, compare: compare !== undefined, byAd: by !== undefined }
}
