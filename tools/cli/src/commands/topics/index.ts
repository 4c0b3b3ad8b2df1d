import { createBatchStore, databaseAddress, databaseSettings } from '@ads-tracker/data'
import { topicNames } from '@ads-tracker/events'
import { type Admin, kafkaSettings } from '@ads-tracker/kafka'
import { Type } from '@sinclair/typebox'
import type { Command } from 'commander'
import { withAdmin } from '../../admin.ts'
import { readConfig, withConnection } from '../../connection.ts'
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

export function addTopics(program: Command): void {
  withConnection(program.command('topics'))
    .description('creates or updates the topics (PARTITIONS: partitions of each, which can only be added)')
    .action((_options, command: Command) => run(command))
}

async function run(command: Command): Promise<void> {
  const config = readConfig(Config, command)
  // a broker that has just started knows no leaders for a while
  const patient = { initialRetryTime: 100, maxRetryTime: 1000, retries: 20 }
  const store = createBatchStore({ ...databaseAddress(config), name: 'topics' })
  const mend = async (admin: Admin) => {
    for (const topic of Object.values(topicNames(config.TOPIC_PREFIX))) {
      for (const line of await ensureTopic({ admin, store, topic, partitions: config.PARTITIONS })) console.log(line)
    }
  }
  try {
    await withAdmin(config, 'topics', mend, patient)
  } finally {
    await store.close()
  }
}
