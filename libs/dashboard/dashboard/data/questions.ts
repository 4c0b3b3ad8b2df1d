import type { AdFilter, AnalyticsQuery, SeriesQuery } from '@ads-tracker/sdk'
import type { Period, Span } from './period.ts'
import type { View } from './view.ts'

export interface Questions {
  now: AnalyticsQuery
  /** Undefined when nothing is compared. */
  before?: AnalyticsQuery
  series: SeriesQuery
}

const fields = 'name,campaign,advertiser,image_url'

/** What a page asks about a period: the rows of all ads, whose labels are the choices, and of the filter the rows before and the buckets. */
export function questionsOf(view: View, period: Period, filter: AdFilter): Questions {
  const { ad_id } = filter
  const hasBefore = view.compare && period.previous.to > period.previous.from
  return {
    now: { ...spanOf(period), fields, ...(ad_id && { ad_id }) },
    ...(hasBefore && { before: { ...spanOf(period.previous), ...filter } }),
    series: {
      interval: period.interval,
      ...spanOf(period),
      time_zone: view.zone,
      ...(view.compare && { compare: 'previous' as const }),
      ...filter,
    },
  }
}

/** The labels that the view is limited to. */
export function filterOf({ campaign, advertiser }: View): AdFilter {
  return { ...(campaign && { campaign }), ...(advertiser && { advertiser }) }
}

export const spanOf = ({ from, to }: Span) => ({ from: new Date(from).toISOString(), to: new Date(to).toISOString() })
