import { Kafka, logLevel } from 'kafkajs'
import { Fatal, retryFor } from './deadline.ts'
import type { ServerProcess } from './server-process.ts'

/** Resolves when the broker tells about itself and has a controller; rejects when its process ends, or after 60 s. */
export function kafkaAnswers(server: ServerProcess, brokers: string): Promise<void> {
  return retryFor(60_000, () => answers(server, brokers))
}

async function answers(server: ServerProcess, brokers: string): Promise<void> {
  if (!server.running()) throw new Fatal(new Error(`Kafka did not start:\n${server.lastWords()}`))
  const kafka = new Kafka({
    brokers: [brokers],
    logLevel: logLevel.NOTHING,
    connectionTimeout: 2000,
    requestTimeout: 5000,
    retry: { retries: 0 },
  })
  const admin = kafka.admin()
  try {
    await admin.connect()
    const { brokers: known, controller } = await admin.describeCluster()
    if (known.length === 0 || controller === null) throw new Error('Kafka has no controller yet')
  } finally {
    await admin.disconnect()
  }
}
