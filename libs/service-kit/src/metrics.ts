import { collectDefaultMetrics, Gauge, Registry } from 'prom-client'
import { createRequestSeconds, type RequestSeconds } from './request-seconds.ts'

export interface Metrics {
  registry: Registry
  /** Duration of requests in seconds by method, route and status. */
  requestSeconds: RequestSeconds
}

type Value = number | undefined

/** A gauge whose value is read at each scrape; it is absent while the value is undefined. */
export function observedGauge(registry: Registry, name: string, help: string, value: () => Value | Promise<Value>) {
  return new Gauge({
    name,
    help,
    registers: [registry],
    async collect() {
      const current = await value()
      if (current === undefined) this.remove()
      else this.set(current)
    },
  })
}

/** A registry with the process metrics and `build_info`; version and commit come from the build. */
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
