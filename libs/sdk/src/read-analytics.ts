import { check } from './check.ts'
import type { Http } from './http.ts'
import { unknownOutcome } from './retry.ts'
import type { AdStats, Analytics, AnalyticsQuery, Bucket, Freshness, Series, SeriesQuery } from './types.ts'

export async function readAnalytics(http: Http, query: AnalyticsQuery, signal?: AbortSignal): Promise<Analytics> {
  const { data, response } = await askAnalytics(http, withTexts(query), signal)
  return { rows: (data as AdStats[] | undefined) ?? [], ...freshnessOf(response) }
}

export async function readSeries(http: Http, query: SeriesQuery, signal?: AbortSignal): Promise<Series> {
  const { data, response } = await askSeries(http, withTexts(query), signal)
  return { buckets: (data as Bucket[] | undefined) ?? [], ...freshnessOf(response) }
}

export async function analyticsCsv(http: Http, query: AnalyticsQuery, signal?: AbortSignal): Promise<string> {
  return (await askAnalytics(http, { ...withTexts(query), format: 'csv' }, signal)).data as string
}

export async function seriesCsv(http: Http, query: SeriesQuery, signal?: AbortSignal): Promise<string> {
  return (await askSeries(http, { ...withTexts(query), format: 'csv' }, signal)).data as string
}

type Asked<Query> = Omit<Query, 'from' | 'to'> & { format?: 'csv' }

function askAnalytics(http: Http, query: Asked<AnalyticsQuery> & { from?: string; to?: string }, signal?: AbortSignal) {
  check('getAnalytics', { params: query })
  return http.again(
    (api, signal) => api.GET('/ads/analytics', { params: { query }, parseAs: parseAs(query), signal }),
    unknownOutcome,
    signal,
  )
}

function askSeries(http: Http, query: Asked<SeriesQuery> & { from: string; to?: string }, signal?: AbortSignal) {
  check('getSeries', { params: query })
  return http.again(
    (api, signal) => api.GET('/ads/analytics/series', { params: { query }, parseAs: parseAs(query), signal }),
    unknownOutcome,
    signal,
  )
}

const parseAs = ({ format }: { format?: 'csv' }) => (format === 'csv' ? ('text' as const) : ('json' as const))

type WithTexts<Query> = { [Key in keyof Query]: Key extends 'from' | 'to' ? Exclude<Query[Key], Date> : Query[Key] }

function withTexts<Query extends { from?: string | Date; to?: string | Date }>(query: Query): WithTexts<Query> {
  const text = (time: string | Date) => (time instanceof Date ? time.toISOString() : time)
  return {
    ...query,
    ...(query.from !== undefined && { from: text(query.from) }),
    ...(query.to !== undefined && { to: text(query.to) }),
  } as WithTexts<Query>
}

function freshnessOf({ headers }: Response): Freshness {
  const time = (name: string) => {
    const value = headers.get(name)
    return value === null ? undefined : new Date(value)
  }
  const [windowStart, windowEnd, completeThrough] = [
    time('x-window-start'),
    time('x-window-end'),
    time('x-complete-through'),
  ]
  const lag = headers.get('x-ingest-lag-ms')
  return {
    asOf: time('x-as-of') ?? new Date(),
    ...(windowStart && { windowStart }),
    ...(windowEnd && { windowEnd }),
    ...(completeThrough && { completeThrough }),
    ...(lag !== null && { ingestLagMs: Number(lag) }),
  }
}
