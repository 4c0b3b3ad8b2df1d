import { createMetrics, loadConfig, run, serve } from '@ads-tracker/service-kit'
import { createAnswers } from './answers.ts'
import { buildApp } from './app.ts'
import { Config } from './config.ts'
import { createAnalyticsMetrics } from './metrics.ts'
import { outageLog } from './outage-log.ts'
import { openQueries } from './queries.ts'

run(async () => {
  const config = loadConfig(Config, process.env)
  const metrics = createMetrics('ads-api')
  const counters = createAnalyticsMetrics(metrics.registry, () => queries.readFreshness())
  const logOutage = outageLog(() => app.log)
  const queries = openQueries(config, (error) => {
    counters.unavailable()
    logOutage(error)
  })
  const answers = createAnswers({ ...queries, maxAgeMs: config.ANALYTICS_MAX_AGE_MS, onRefresh: counters.refreshed })
  const app = await buildApp({ ...queries, config, metrics, answers, onServed: counters.served })
  app.addHook('onClose', () => queries.close())
  app.addHook('onClose', () => answers.close())
  await serve(app, config)
})
