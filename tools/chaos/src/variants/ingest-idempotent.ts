import { startIngest } from '@ads-tracker/click-ingest/start'
import { run } from '@ads-tracker/service-kit'
import { changedKafka } from './change-kafka.ts'

// click-ingest with a bug: the idempotent producer of kafkajs gives a new batch the number of one whose answer was lost.
run(() => startIngest(process.env, { createKafka: changedKafka({ producer: { idempotent: true } }) }))
