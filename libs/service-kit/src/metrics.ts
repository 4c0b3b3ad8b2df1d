import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

export interface Metrics {
  registry: Registry
  /** Seconds from the first byte of a request to its answer, by method, route and status. */
  requestSeconds: Histogram<'method' | 'route' | 'status'>
}

/** A registry of its own with the process metrics and `build_info`. Version and commit come from the build. */
export function createMetrics(app: string): Metrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  new Gauge({
    name: 'build_info',
    help: 'What is running: always 1',
    labelNames: ['app', 'version', 'commit'],
    registers: [registry],
  }).set({ app, version: process.env.APP_VERSION || 'dev', commit: process.env.APP_COMMIT || 'unknown' }, 1)
  const requestSeconds = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Time to answer a request',
    labelNames: ['method', 'route', 'status'] as const,
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    registers: [registry],
  })
  return { registry, requestSeconds }
}
