import { collectDefaultMetrics, Gauge, Registry } from 'prom-client'
import { createRequestSeconds, type RequestSeconds } from './request-seconds.ts'

export interface Metrics {
  registry: Registry
  /** Seconds from the first byte of a request to its answer, by method, route and status. */
  requestSeconds: RequestSeconds
}

/** A registry of its own with the process metrics and `build_info`. Version and commit come from the build. */
export function createMetrics(app: string): Metrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  new Gauge({
    name: 'build_info',
    help: 'Version and commit of the running process; always 1',
    labelNames: ['app', 'version', 'commit'],
    registers: [registry],
  }).set({ app, version: process.env.APP_VERSION || 'dev', commit: process.env.APP_COMMIT || 'unknown' }, 1)
  return { registry, requestSeconds: createRequestSeconds(registry) }
}
