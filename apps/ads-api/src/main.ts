import {
  archiveAd, createAd, findApiKey, findReceipt, getAd, listAds, readAnalytics, readFreshness, updateAd,
} from '@ads-tracker/data'
import { createMetrics, loadConfig, run, serve } from '@ads-tracker/service-kit'
import { createAnswers } from './answers.ts'
import { buildApp } from './app.ts'
import { configSchema } from './config.ts'
import { createAnalyticsMetrics } from './metrics.ts'
import { databaseReadiness } from './readiness.ts'
import { openStore } from './store.ts'

await run(async () => {
  const config = loadConfig(configSchema, process.env)
  const metrics = createMetrics('ads-api')
  const options = { tls: config.DATABASE_TLS, ca: config.DATABASE_CA, poolSize: config.DATABASE_POOL_SIZE, timeoutMs: config.QUERY_TIMEOUT_MS, onUnavailable }
  const { query, ...primary } = openStore({ ...options, url: config.DATABASE_URL })
  const { query: read, ...replica } = config.DATABASE_READ_URL ? openStore({ ...options, url: config.DATABASE_READ_URL }) : { query, close: () => {} }
  const freshness = () => read(readFreshness)
  const counters = createAnalyticsMetrics(metrics.registry, freshness)
  const answers = createAnswers({
    readAnalytics: (what) => read((database) => readAnalytics(database, what)),
    readFreshness: freshness,
    maxAgeMs: config.ANALYTICS_MAX_AGE_MS,
    onRefresh: counters.refreshed,
  })
  const app = await buildApp({
    config,
    metrics,
    readiness: databaseReadiness(query),
    answers,
    ads: {
      list: (page) => read((database) => listAds(database, page)),
      get: (id) => read((database) => getAd(database, id)),
      create: (ad) => query((database) => createAd(database, ad)),
      update: (id, patch) => query((database) => updateAd(database, id, patch)),
      archive: (id) => query((database) => archiveAd(database, id)),
    },
    findKey: (sha256) => query((database) => findApiKey(database, sha256)),
    findReceipt: (id) => read((database) => findReceipt(database, id)),
    onServed: counters.served,
  })
  app.addHook('onClose', () => Promise.all([primary.close(), replica.close()]))
  app.addHook('onClose', () => answers.close())
  await serve(app, config)

  function onUnavailable(error: unknown) {
    counters.unavailable()
    app.log.warn({ err: error }, 'the database is not available')
  }
})
