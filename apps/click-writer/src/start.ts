import { createLogger, createMetrics, loadConfig, serve } from '@ads-tracker/service-kit'
import { buildApp } from './app.ts'
import { Config } from './config.ts'
import { type Parts, startPipeline } from './pipeline.ts'

/** Starts the service. `parts` replaces parts of the pipeline: tools/chaos passes parts that fail. */
export async function startWriter(env: NodeJS.ProcessEnv, parts: Partial<Parts> = {}): Promise<void> {
  const config = loadConfig(Config, env)
  const metrics = createMetrics('click-writer')
  const log = createLogger('click-writer', config.LOG_LEVEL)
  const pipeline = startPipeline({ config, log, registry: metrics.registry, parts })
  const app = await buildApp({ config, metrics, readiness: pipeline.readiness })
  app.addHook('onClose', pipeline.close)
  await serve(app, config)
}
