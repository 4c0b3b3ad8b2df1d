import { createBatchStore, databaseAddress, databaseSettings } from '@ads-tracker/data'
import { topicNames } from '@ads-tracker/events'
import { createAdmin, createKafka, kafkaSettings } from '@ads-tracker/kafka'
import { loadConfig, run } from '@ads-tracker/service-kit'
import { Type } from '@sinclair/typebox'
import { ensureTopic } from './ensure-topic.ts'

const Config = Type.Object({
  ...kafkaSettings,
  ...databaseSettings,
  PARTITIONS: Type.Integer({
    default: 6,
    minimum: 1,
    maximum: 1000,
    description: 'Partitions of each topic; never fewer than there are',
  }),
})

run(async () => {
  const config = loadConfig(Config, process.env)
  // a broker that has just started knows no leaders for a while
  const patient = { initialRetryTime: 100, maxRetryTime: 1000, retries: 20 }
  const admin = createAdmin(
    createKafka(config, 'topics', (level, message) => level === 'error' && console.error(message), patient),
  )
  const store = createBatchStore({ ...databaseAddress(config), name: 'topics' })
  try {
    for (const topic of Object.values(topicNames(config.TOPIC_PREFIX))) {
      for (const line of await ensureTopic({ admin, store, topic, partitions: config.PARTITIONS })) console.log(line)
    }
  } finally {
    await Promise.all([admin.close(), store.close()])
  }
})
