import type { AdFilter, Analytics, Bucket } from '@ads-tracker/sdk'
import { readAnalytics, readSeries } from './api.ts'
import type { Span } from './period.ts'
import { type Resource, useResource } from './resource.ts'
import type { Shown } from './use-view.ts'

export interface PeriodNumbers {
  now: Resource<Analytics>
  before: Resource<Analytics>
  series: Resource<Bucket[]>
}

const fields = 'name,campaign,advertiser,image_url'

/** The rows and the buckets of a view's period, and the rows of the period before. */
export function usePeriodNumbers({ view, period }: Shown, filter: AdFilter): PeriodNumbers {
  const { ad_id } = filter
  const now = { ...spanOf(period), fields, ...(ad_id && { ad_id }) }
  const before = { ...spanOf(period.previous), ...(ad_id && { ad_id }) }
  const series = {
    interval: period.interval,
    ...spanOf(period),
    time_zone: view.zone,
    ...(view.compare && { compare: 'previous' as const }),
    ...filter,
  }
  const live = period.to > Date.now()
  const hasBefore = view.compare && period.previous.to > period.previous.from
  return {
    now: useResource(JSON.stringify(now), (signal) => readAnalytics(now, signal), { live }),
    before: useResource(hasBefore ? JSON.stringify(before) : undefined, (signal) => readAnalytics(before, signal)),
    series: useResource(JSON.stringify(series), (signal) => readSeries(series, signal).then(({ buckets }) => buckets), {
      live,
    }),
  }
}

/** The buckets of some ads, each by itself. */
export function useTrends({ view, period }: Pick<Shown, 'view' | 'period'>, ids: number[]): Map<number, Bucket[]> {
  const query = { interval: period.interval, ...spanOf(period), time_zone: view.zone, by: 'ad' as const, ad_id: ids }
  const { value } = useResource(ids.length > 0 ? JSON.stringify(query) : undefined, (signal) =>
    readSeries(query, signal).then(({ buckets }) => Map.groupBy(buckets, ({ ad_id }) => ad_id!)),
  )
  return value ?? new Map()
}

export const spanOf = ({ from, to }: Span) => ({ from: new Date(from).toISOString(), to: new Date(to).toISOString() })
