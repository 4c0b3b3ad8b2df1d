import type { AdStats } from '@ads-tracker/sdk'
import { countChange, type Counts, ctrOf } from './format.ts'
import type { View } from './view.ts'

export type AdRow = AdStats
export interface ShownRow extends AdRow {
  title: string
  before?: Counts
}
type Filter = Pick<View, 'search' | 'campaign' | 'advertiser'>

export const titleOf = ({ name, ad_id }: Pick<AdRow, 'name' | 'ad_id'>): string => name || `Ad ${ad_id}`

/** The ads of a campaign or an advertiser whose name, id or campaign has the words. */
export function filterRows(rows: AdRow[], { search, campaign, advertiser }: Filter): AdRow[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean)
  return rows.filter(
    (row) =>
      (!campaign || row.campaign === campaign) &&
      (!advertiser || row.advertiser === advertiser) &&
      words.every((word) => textOf(row).includes(word)),
  )
}

export function totalOf(rows: Counts[]): Counts {
  return rows.reduce<Counts>(
    (sum, { impressions, clicks }) => ({
      impressions: sum.impressions + impressions,
      clicks: sum.clicks + clicks,
    }),
    { impressions: 0, clicks: 0 },
  )
}

export function sortRows(
  rows: AdRow[],
  before: AdRow[] | undefined,
  { sort, descending }: Pick<View, 'sort' | 'descending'>,
): ShownRow[] {
  const earlier = new Map(before?.map((row) => [row.ad_id, row]))
  const shown = rows.map((row) => ({
    ...row,
    title: titleOf(row),
    ...(before && { before: earlier.get(row.ad_id) ?? { impressions: 0, clicks: 0 } }),
  }))
  const direction = descending ? -1 : 1
  return shown.sort((one, other) => direction * compare(one, other, sort) || one.ad_id - other.ad_id)
}

/** The distinct values of a field, in the order of the alphabet. */
export function valuesOf(rows: AdRow[], field: 'campaign' | 'advertiser'): string[] {
  return [...new Set(rows.map((row) => row[field]).filter((value): value is string => Boolean(value)))].sort((a, b) =>
    a.localeCompare(b),
  )
}

function compare(one: ShownRow, other: ShownRow, column: View['sort']): number {
  if (column === 'name') return one.title.localeCompare(other.title, 'en', { numeric: true })
  if (column === 'ctr') return (ctrOf(one) ?? -1) - (ctrOf(other) ?? -1)
  if (column === 'change') return lost(one) - lost(other)
  return one[column] - other[column]
}

// By clicks won or lost, not by percent: an ad that went from 2 clicks to 1 explains nothing.
const lost = ({ clicks, before }: ShownRow): number => clicks - (before?.clicks ?? 0)

const textOf = ({ ad_id, name, campaign, advertiser }: AdRow): string =>
  [titleOf({ ad_id, name }), ad_id, campaign, advertiser].join(' ').toLowerCase()

export const clicksChange = ({ clicks, before }: ShownRow) => countChange(clicks, before?.clicks ?? 0)
