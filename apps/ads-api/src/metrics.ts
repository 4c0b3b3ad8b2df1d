import { observedGauge } from '@ads-tracker/service-kit'
import { Counter, type Registry } from 'prom-client'
import type { Refresh } from './snapshot-cache.ts'

/** Metrics of analytics. `completeThrough` is called at each scrape; when it fails, the lag is computed from the last known mark. */
export function createAnalyticsMetrics(
  registry: Registry,
  completeThrough: () => Promise<{ asOf: Date; completeThrough: Date | null }>,
) {
  const registers = [registry]
  const served = new Counter({
    name: 'ads_analytics_answers_total',
    help: 'Answers of GET /ads/analytics: prepared (from memory) or awaited (the request waited for the database)',
    labelNames: ['source'] as const,
    registers,
  })
  const refreshed = new Counter({
    name: 'ads_analytics_refreshes_total',
    help: 'Refreshes of prepared analytics: confirmed (nothing changed), merged (some ads changed) or replaced',
    labelNames: ['kind', 'result'] as const,
    registers,
  })
  const failed = new Counter({
    name: 'ads_database_errors_total',
    help: 'Failed queries: PostgreSQL is not available (unavailable), or the statement is wrong and will fail again (mistake)',
    labelNames: ['kind'] as const,
    registers,
  })
  for (const kind of ['unavailable', 'mistake'] as const) failed.inc({ kind }, 0)
  let mark: Date | null = null
  observedGauge(
    registry,
    'ads_complete_through_lag_seconds',
    'Age of the complete-through mark: everything acknowledged before it is in the numbers',
    async () => {
      const seen = await completeThrough().catch(() => ({ asOf: new Date(), completeThrough: mark }))
      mark = seen.completeThrough
      return mark ? Math.max(0, seen.asOf.getTime() - mark.getTime()) / 1000 : undefined
    },
  )
  return {
    served: (source: 'prepared' | 'awaited') => served.inc({ source }),
    refreshed: (kind: 'all_time' | 'window', result: Refresh) => refreshed.inc({ kind, result }),
    failed: (kind: 'unavailable' | 'mistake') => failed.inc({ kind }),
  }
}
