import { mistakeOf, type PeriodName, periodNames } from './period.ts'
import { isZone } from './zone.ts'

export const metrics = ['impressions', 'clicks', 'ctr'] as const
export type Metric = (typeof metrics)[number]
export const columns = ['name', 'impressions', 'clicks', 'ctr', 'change'] as const
export type Column = (typeof columns)[number]

/** What a page shows: all of it is in the URL, so that a link shows the same. */
export interface View {
  period: PeriodName
  from?: string
  to?: string
  zone: string
  compare: boolean
  metric: Metric
  sort: Column
  descending: boolean
  search: string
  campaign: string
  advertiser: string
}

const fallback = { period: '7d', metric: 'impressions', sort: 'impressions' } as const

/** The view that a query names; `mistakes` says in sentences what of it could not be used. */
export function readView(query: URLSearchParams, ownZone: string): { view: View; mistakes: string[] } {
  const mistakes: string[] = []
  const refuse = (what: string, shown: string) => void mistakes.push(`${what} ${shown}`)
  const zone = query.get('tz') ?? ownZone
  if (!isZone(zone)) refuse(`The link names a time zone that is not known, “${zone}”.`, `Times are in ${ownZone}.`)
  const { sort, descending } = sortOf(query.get('sort'))
  const view: View = {
    period: oneOf(periodNames, query.get('period'), fallback.period),
    ...ends(query),
    zone: isZone(zone) ? zone : ownZone,
    compare: query.get('compare') !== 'off',
    metric: oneOf(metrics, query.get('metric'), fallback.metric),
    sort,
    descending,
    search: query.get('q') ?? '',
    campaign: query.get('campaign') ?? '',
    advertiser: query.get('advertiser') ?? '',
  }
  const named = query.get('period')
  if (named && named !== view.period)
    refuse(`The link names a period that is not known, “${named}”.`, 'This is the last 7 days.')
  const mistake = view.period === 'custom' ? mistakeOf(view) : undefined
  if (mistake) refuse(mistake, 'This is the last 7 days.')
  return { view: mistake ? { ...view, period: fallback.period, from: undefined, to: undefined } : view, mistakes }
}

/** The query of a view. Period and zone are always there: they decide what a colleague sees elsewhere. */
export function writeView(view: View): string {
  const query = new URLSearchParams({ period: view.period })
  if (view.period === 'custom' && view.from && view.to) {
    query.set('from', view.from)
    query.set('to', view.to)
  }
  query.set('tz', view.zone)
  if (!view.compare) query.set('compare', 'off')
  if (view.metric !== fallback.metric) query.set('metric', view.metric)
  if (view.sort !== fallback.sort || !view.descending) query.set('sort', (view.descending ? '-' : '') + view.sort)
  if (view.search) query.set('q', view.search)
  if (view.campaign) query.set('campaign', view.campaign)
  if (view.advertiser) query.set('advertiser', view.advertiser)
  return `?${query}`
}

function ends(query: URLSearchParams) {
  const [from, to] = [query.get('from'), query.get('to')]
  return { ...(from && { from }), ...(to && { to }) }
}

function sortOf(text: string | null): { sort: Column; descending: boolean } {
  const named = text?.replace(/^-/, '')
  const sort = oneOf(columns, named ?? null, fallback.sort)
  return named === sort ? { sort, descending: text!.startsWith('-') } : { sort, descending: true }
}

function oneOf<T extends string>(known: readonly T[], text: string | null, otherwise: T): T {
  return known.find((each) => each === text) ?? otherwise
}
