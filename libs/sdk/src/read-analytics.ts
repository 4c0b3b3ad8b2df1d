import { check } from './check.ts'
import type { Http } from './http.ts'
import { unknownOutcome } from './retry.ts'
import type { Analytics, AnalyticsQuery } from './types.ts'

export async function readAnalytics(http: Http, query: AnalyticsQuery, signal?: AbortSignal): Promise<Analytics> {
  check('getAnalytics', { params: query })
  const { data, response } = await http.again(
    (api, signal) => api.GET('/ads/analytics', { params: { query }, signal }),
    unknownOutcome,
    signal,
  )
  const time = (name: string) => {
    const value = response.headers.get(name)
    return value === null ? undefined : new Date(value)
  }
  const [windowStart, completeThrough] = [time('x-window-start'), time('x-complete-through')]
  const lag = response.headers.get('x-ingest-lag-ms')
  return {
    rows: data ?? [],
    asOf: time('x-as-of') ?? new Date(),
    ...(windowStart && { windowStart }),
    ...(completeThrough && { completeThrough }),
    ...(lag !== null && { ingestLagMs: Number(lag) }),
  }
}
