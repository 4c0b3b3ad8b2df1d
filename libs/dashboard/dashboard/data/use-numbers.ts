import { type Bucket, queryOf, readAnalytics, readSeries } from './api.ts'
import type { Numbers } from './api.ts'
import type { Span } from './period.ts'
import { type Resource, useResource } from './resource.ts'
import type { AdRow } from './rows.ts'
import type { Shown } from './use-view.ts'

interface Narrowing {
  ad_id?: number
  campaign?: string
  advertiser?: string
}
export interface PeriodNumbers {
  now: Resource<Numbers<AdRow[]>>
  before: Resource<Numbers<AdRow[]>>
  series: Resource<Bucket[]>
}

/** The rows and the buckets of a view's period, and the rows of the period before. */
export function usePeriodNumbers({ view, period }: Shown, narrowing: Narrowing): PeriodNumbers {
  const { ad_id } = narrowing
  const span = queryOfSpan(period)
  const previous = queryOfSpan(period.previous)
  const buckets = {
    interval: period.interval,
    ...span,
    time_zone: view.zone,
    ...(view.compare && { compare: 'previous' }),
    ...narrowing,
  }
  const isOpen = period.to > Date.now()
  const hasBefore = view.compare && period.previous.to > period.previous.from
  return {
    now: useResource(queryOf({ ...span, ad_id }), (signal) => readAnalytics({ ...span, ad_id }, signal), {
      live: isOpen,
    }),
    before: useResource(hasBefore ? queryOf({ ...previous, ad_id }) : undefined, (signal) =>
      readAnalytics({ ...previous, ad_id }, signal),
    ),
    series: useResource(queryOf(buckets), (signal) => readSeries(buckets, signal).then(({ rows }) => rows), {
      live: isOpen,
    }),
  }
}

export const queryOfSpan = ({ from, to }: Span) => ({
  from: new Date(from).toISOString(),
  to: new Date(to).toISOString(),
})
