import { createBatchConsumer } from '@ads-tracker/kafka'

/** A consumer that stays at the offsets of its group: by its ledger, the writer would read again what the group was told too early. */
export const consumerWithoutLedger: typeof createBatchConsumer = (options) => ({
  ...createBatchConsumer(options),
  seek: () => {},
})
