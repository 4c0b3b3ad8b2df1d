import { type App, createService, type Metrics, type Readiness } from '@ads-tracker/service-kit'
import type { Config } from './config.ts'

interface WriterAppDeps {
  config: Config
  metrics: Metrics
  readiness: Readiness
}

/** Serves health and metrics only. */
export function buildApp({ config, metrics, readiness }: WriterAppDeps): Promise<App> {
  return createService({
    name: 'click-writer',
    title: 'Ads Tracker: storing events',
    description: 'Stores events from Kafka in PostgreSQL. Serves health and metrics only.',
    config,
    metrics,
    readiness,
  })
}
