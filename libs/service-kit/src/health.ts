import { Type } from '@sinclair/typebox'
import type { Metrics } from './metrics.ts'
import type { App } from './app.ts'

/** State of each dependency: `up`, or a short text about what is wrong. */
export type Readiness = () => Promise<Record<string, string>> | Record<string, string>

const Ready = Type.Object({
  status: Type.String({ description: '`ready` or `not_ready`' }),
  dependencies: Type.Record(Type.String(), Type.String()),
})

/** `/livez`: restart the process if it fails; `/readyz`: send no traffic if it fails; `/metrics`: Prometheus text. */
export function healthRoutes(
  app: App,
  { readiness, metrics, isClosing }: { readiness: Readiness; metrics: Metrics; isClosing: () => boolean },
) {
  app.get('/livez', { schema: { hide: true, response: { 200: Type.Object({ status: Type.String() }) } } }, () => ({
    status: 'alive',
  }))

  app.get('/readyz', { schema: { hide: true, response: { 200: Ready, 503: Ready } } }, async (_request, reply) => {
    const dependencies = await readiness()
    const ready = !isClosing() && Object.values(dependencies).every((state) => state === 'up')
    if (!ready) reply.code(503).header('retry-after', '1')
    return { status: ready ? 'ready' : 'not_ready', dependencies }
  })

  app.get('/metrics', { schema: { hide: true } }, async (_request, reply) => {
    reply.type(metrics.registry.contentType)
    return metrics.registry.metrics()
  })
}
