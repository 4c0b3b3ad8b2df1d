import { startWriter } from '@ads-tracker/click-writer/start'
import { run } from '@ads-tracker/service-kit'
import { changedKafka } from './change-kafka.ts'
import { consumerWithoutLedger } from './without-ledger.ts'

// click-writer with a bug: a group without offsets begins at the end of the log.
run(() =>
  startWriter(process.env, {
    createKafka: changedKafka({ subscription: { fromBeginning: false } }),
    createBatchConsumer: consumerWithoutLedger,
  }),
)
