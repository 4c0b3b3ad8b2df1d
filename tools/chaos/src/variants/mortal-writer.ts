import { startWriter } from '@ads-tracker/click-writer/start'
import { createBatchStore } from '@ads-tracker/data'
import { createBatchConsumer } from '@ads-tracker/kafka'
import { run } from '@ads-tracker/service-kit'
import { reach } from './steps.ts'

// click-writer, which dies at the step that is armed.
run(() =>
  startWriter(process.env, {
    createBatchConsumer(options) {
      const consumer = createBatchConsumer({
        ...options,
        onAssigned(...assigned) {
          options.onAssigned(...assigned)
          reach('assigned')
        },
        onBatch(batch) {
          reach('fetched')
          return options.onBatch(batch)
        },
      })
      return {
        ...consumer,
        async commit(offsets) {
          reach('before-kafka-commit')
          await consumer.commit(offsets)
          reach('after-kafka-commit')
        },
      }
    },
    createBatchStore(options) {
      const store = createBatchStore(options)
      return {
        ...store,
        async apply(batch) {
          reach('before-sql')
          const applying = store.apply(batch)
          setTimeout(() => reach('during-sql'), 2)
          const outcome = await applying
          reach('after-sql')
          return outcome
        },
      }
    },
  }),
)
