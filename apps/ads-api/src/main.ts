import { createMetrics, loadConfig, run, serve } from '@ads-tracker/service-kit'
import { createSnapshotCache } from './snapshot-cache.ts'
import { buildApp } from './app.ts'
import { Config } from './config.ts'
import { createLabels } from './labels.ts'
import { createAnalyticsMetrics } from './metrics.ts'
import { outageLog } from './outage-log.ts'
import { openQueries } from './queries.ts'
import { createReports } from './reports.ts'

run(async () => {
  const config = loadConfig(Config, process.env)
  const metrics = createMetrics('ads-api')
  const counters = createAnalyticsMetrics(metrics.registry, () => queries.readFreshness())
  const logOutage = outageLog(() => app.log)
  const queries = openQueries(config, (error, kind) => {
    counters.failed(kind)
    if (kind === 'unavailable') logOutage(error)
  })
  const snapshots = createSnapshotCache({
    ...queries,
    maxAgeMs: config.ANALYTICS_MAX_AGE_MS,
    onRefresh: counters.refreshed,
  })
  const labels = createLabels({ ...queries, maxAgeMs: config.ANALYTICS_MAX_AGE_MS })
  const reports = createReports({ ...queries, labels, maxAgeMs: config.ANALYTICS_MAX_AGE_MS })
  const app = await buildApp({ ...queries, config, metrics, snapshots, reports, labels, onServed: counters.served })
  app.addHook('onClose', () => queries.close())
  app.addHook('onClose', () => snapshots.close())
  app.addHook('onClose', () => reports.close())
  await serve(app, config)
})
