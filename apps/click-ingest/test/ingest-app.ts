import { topicNames } from '@ads-tracker/events'
import { type EventRecord } from '@ads-tracker/kafka'
import { createMetrics, loadConfig } from '@ads-tracker/service-kit'
import { buildApp } from '../src/app.ts'
import { Config } from '../src/config.ts'
import { createIngestMetrics } from '../src/metrics.ts'

export interface Published extends EventRecord {
  topic: string
}

/** The app with a broker that does what `answer` says; what it was given is in `published`. */
export async function ingestApp({
  env = {},
  answer = async () => {},
}: { env?: Record<string, string>; answer?: (record: Published) => Promise<void> } = {}) {
  const published: Published[] = []
  const metrics = createMetrics('click-ingest')
  const app = await buildApp({
    config: loadConfig(Config, { LOG_LEVEL: 'silent', RATE_LIMIT_MAX: '0', ...env }),
    metrics,
    ingest: createIngestMetrics(metrics.registry, () => ({ records: 0, bytes: 0 })),
    readiness: () => ({ kafka: 'up' }),
    topics: topicNames(),
    publish: async (topic, record) => {
      published.push({ topic, ...record })
      await answer({ topic, ...record })
    },
  })
  const events = () => published.map(({ value }) => JSON.parse(String(value)) as Record<string, unknown>)
  return { app, published, events }
}
