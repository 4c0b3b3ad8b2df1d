import type { AdFilter, Analytics, Bucket } from '@ads-tracker/sdk'
import { readAnalytics, readSeries } from './api.ts'
import { questionsOf, spanOf } from './questions.ts'
import { type Resource, useResource } from './resource.ts'
import type { Shown } from './use-view.ts'

export interface PeriodNumbers {
  now: Resource<Analytics>
  before: Resource<Analytics>
  series: Resource<Bucket[]>
}

/** The rows and the buckets of a view's period, and the rows of the period before. */
export function usePeriodNumbers({ view, period }: Shown, filter: AdFilter): PeriodNumbers {
  const { now, before, series } = questionsOf(view, period, filter)
  const live = period.to > Date.now()
  return {
    now: useResource(JSON.stringify(now), (signal) => readAnalytics(now, signal), { live }),
    before: useResource(before && JSON.stringify(before), (signal) => readAnalytics(before!, signal)),
    series: useResource(JSON.stringify(series), (signal) => readSeries(series, signal).then(({ buckets }) => buckets), {
      live,
    }),
  }
}

/** The buckets of some ads, each by itself. */
export function useTrends({ view, period }: Pick<Shown, 'view' | 'period'>, ids: number[]): Map<number, Bucket[]> {
  const query = { interval: period.interval, ...spanOf(period), time_zone: view.zone, by: 'ad' as const, ad_id: ids }
  const { value } = useResource(
    ids.length > 0 ? JSON.stringify(query) : undefined,
    (signal) => readSeries(query, signal).then(({ buckets }) => Map.groupBy(buckets, ({ ad_id }) => ad_id!)),
    { optional: true },
  )
  return value ?? new Map()
}
