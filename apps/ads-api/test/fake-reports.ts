import type { AdLabels, PeriodAnalytics, PeriodQuery, Series, SeriesQuery } from '@ads-tracker/data'
import { vi } from 'vitest'
import { createLabels } from '../src/labels.ts'
import { createReports } from '../src/reports.ts'
import { time } from './fake-app.ts'

export const catalogue: AdLabels[] = [
  adOf(1, { name: '=HYPERLINK("x")', campaign: 'Summer', advertiser: 'Shoes' }),
  adOf(2, { campaign: 'Summer', advertiser: 'Coffee, "best"' }),
  adOf(3, { campaign: 'summer' }),
]
const freshness = { rounded: false, asOf: time, completeThrough: time, position: 7n, catalogue: 1n }

/** What the routes of reports need, on a catalogue of three ads. */
export function fakeReports(found: Partial<Series> = {}) {
  const readPeriod = vi.fn(async ({ from, to = time, adIds }: PeriodQuery): Promise<PeriodAnalytics> => {
    const rows = catalogue.map(({ id }) => ({ ad_id: id, clicks: id, impressions: 4, ctr: id / 4 }))
    return { ...freshness, from, to, rows: rows.filter(({ ad_id }) => adIds?.includes(ad_id) ?? true) }
  })
  const readSeries = vi.fn(async ({ from, to = time }: SeriesQuery): Promise<Series> => {
    const buckets = found.buckets ?? []
    const counted = { bucketCount: buckets.length, rowCount: buckets.length, before: [], aligned: false }
    return { ...freshness, from, to, ...counted, buckets, ...found }
  })
  const labels = createLabels({
    readCatalogue: async () => 1n,
    readLabels: async () => ({ catalogue: 1n, ads: catalogue }),
    maxAgeMs: 0,
  })
  const listTimeZones = async () => ['UTC', 'Europe/Berlin', 'America/New_York']
  return {
    readPeriod,
    readSeries,
    labels,
    reports: createReports({ readPeriod, readSeries, listTimeZones, labels, maxAgeMs: 0 }),
  }
}

function adOf(id: number, more: Partial<AdLabels>): AdLabels {
  const urls = { image_url: `https://cdn.test/${id}.jpg`, target_url: 'https://shop.test/' }
  return { id, name: null, campaign: null, advertiser: null, ...urls, ...more }
}
