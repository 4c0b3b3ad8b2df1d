import type { TopicNames } from '@ads-tracker/events'
import type { EventProducer } from '@ads-tracker/kafka'
import { type App, createService, limitRate, type Metrics, type Readiness } from '@ads-tracker/service-kit'
import type { Config } from './config.ts'
import type { IngestMetrics } from './metrics.ts'
import { allowOrigins } from './cors.ts'
import { limited } from './cost.ts'
import { createRecorder } from './record.ts'
import { eventRoutes } from './routes/event.ts'
import { batchRoute } from './routes/batch.ts'

interface IngestDeps {
  config: Config
  metrics: Metrics
  ingest: IngestMetrics
  readiness: Readiness
  topics: TopicNames
  publish: EventProducer['publish']
}

/** Accepts events over HTTP and responds with 202 when Kafka has stored them. Does not use the database. */
export async function buildApp({ config, metrics, ingest, readiness, topics, publish }: IngestDeps): Promise<App> {
  const app = await createService({
    name: 'click-ingest',
    title: 'Ads Tracker: recording events',
    description:
      'Records clicks and impressions. A 202 means that the event is stored in the log and will be counted exactly once.',
    config,
    metrics,
    readiness,
  })
  const record = createRecorder({ topics, publish, count: ingest.count })
  await allowOrigins(app, config)
  const charge = await limitRate(app, config, limited)
  await app.register(async (scope: App) => eventRoutes(scope, record, charge))
  await app.register(async (scope: App) => batchRoute(scope, record, charge))
  return app
}
