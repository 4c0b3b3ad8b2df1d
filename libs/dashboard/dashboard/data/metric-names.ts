import type { Metric } from './view.ts'

export const metricNames: Record<Metric, string> = { impressions: 'Impressions', clicks: 'Clicks', ctr: 'CTR' }
