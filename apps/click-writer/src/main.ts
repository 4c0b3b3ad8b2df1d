import { createMetrics, createLogger, loadConfig, run, serve } from '@ads-tracker/service-kit'
import { buildApp } from './app.ts'
import { Config } from './config.ts'
import { startPipeline } from './pipeline.ts'

run(async () => {
  const config = loadConfig(Config, process.env)
  const metrics = createMetrics('click-writer')
  const log = createLogger('click-writer', config.LOG_LEVEL)
  const pipeline = startPipeline({ config, log, registry: metrics.registry })
  const app = await buildApp({ config, metrics, readiness: pipeline.readiness })
  app.addHook('onClose', pipeline.close)
  await serve(app, config)
})
