import { topicNames } from '@ads-tracker/events'
import { createAdmin, createKafka as createKafkaClient, createKafkaLog, createProducer } from '@ads-tracker/kafka'
import { createLogger, createMetrics, loadConfig, serve } from '@ads-tracker/service-kit'
import { buildApp } from './app.ts'
import { Config } from './config.ts'
import { createIngestMetrics } from './metrics.ts'
import { kafkaReadiness } from './readiness.ts'

/** Starts the service. tools/chaos passes a Kafka client that fails. */
export async function startIngest(env: NodeJS.ProcessEnv, { createKafka = createKafkaClient } = {}): Promise<void> {
  const config = loadConfig(Config, env)
  const topics = topicNames(config.TOPIC_PREFIX)
  const metrics = createMetrics('click-ingest')
  const log = createLogger('click-ingest', config.LOG_LEVEL)
  const kafkaLog = createKafkaLog(log)
  const kafka = () => createKafka(config, 'click-ingest', kafkaLog)

  const admin = createAdmin(kafka())
  const producer = createProducer({
    kafka,
    deadlineMs: config.DEADLINE_MS,
    maxQueued: config.QUEUE_MAX_EVENTS,
    maxQueuedBytes: config.QUEUE_MAX_BYTES,
  })
  const ingest = createIngestMetrics(metrics.registry, producer.pending)
  const readiness = kafkaReadiness({ admin, topics, sinceAcknowledged: producer.sinceAcknowledged })

  const app = await buildApp({ config, metrics, ingest, readiness, topics, publish: producer.publish })
  app.addHook('onClose', () => Promise.all([producer.close(), admin.close()]))
  await serve(app, config)
}
