import { startIngest } from '@ads-tracker/click-ingest/start'
import { run } from '@ads-tracker/service-kit'
import { changedKafka } from './change-kafka.ts'

// click-ingest with a bug: it answers 202 without an acknowledgement of the broker.
run(() => startIngest(process.env, { createKafka: changedKafka({ batch: { acks: 0 } }) }))
