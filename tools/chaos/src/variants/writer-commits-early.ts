import { startWriter } from '@ads-tracker/click-writer/start'
import { run } from '@ads-tracker/service-kit'
import { consumerWithoutLedger } from './without-ledger.ts'

// click-writer with a bug: it commits offsets to Kafka as soon as it has read the records, before they are in PostgreSQL.
run(() =>
  startWriter(process.env, {
    createBatchConsumer(options) {
      const consumer = consumerWithoutLedger({
        ...options,
        async onBatch(batch) {
          await options.onBatch(batch)
          const { topic, partition, records } = batch
          await consumer.commit([{ topic, partition, offset: (records.at(-1)?.offset ?? -1n) + 1n }])
        },
      })
      return { ...consumer, commit: async () => {} }
    },
  }),
)
