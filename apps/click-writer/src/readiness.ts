import { type Database, schemaProblem, withDeadline } from '@ads-tracker/data'
import { type Admin, type BatchConsumer, missingTopics } from '@ads-tracker/kafka'
import { partitionName, type TopicNames } from '@ads-tracker/events'
import type { Writer } from './writer.ts'

interface ReadinessDeps {
  /** Not shared: a long statement on the same connection would look like an outage. */
  database: Database
  admin: Pick<Admin, 'partitions'>
  topics: TopicNames
  consumer: Pick<BatchConsumer, 'sinceLastPoll'>
  writer: Pick<Writer, 'paused'>
}

const checkMs = 1000
const consumerStalledMs = 15_000

/** The writer is ready with a database that is new enough, all topics, a consumer that polls, and no gap. */
export function writerReadiness({ database, admin, topics, consumer, writer }: ReadinessDeps) {
  return async () => ({
    postgres: await stateOf(checkDatabase(database)),
    kafka: await stateOf(checkTopics(admin, topics)),
    consumer:
      consumer.sinceLastPoll() < consumerStalledMs
        ? 'up'
        : `the consumer has not polled for ${consumerStalledMs / 1000} s`,
    ledger: writer.paused().length === 0 ? 'up' : `gap in ${writer.paused().map(partitionName).join(', ')}`,
  })
}

/** @throws when the database is read only, or older than this code; a newer one is fine */
export async function checkDatabase(database: Database): Promise<void> {
  const asked = Promise.all([schemaProblem(database), database.isReadOnly()])
  const [problem, isReadOnly] = await withDeadline(asked, checkMs)
  if (isReadOnly) throw new Error('PostgreSQL is read only')
  if (problem !== undefined) throw new Error(problem)
}

/** @throws when a topic does not exist */
export async function checkTopics(admin: Pick<Admin, 'partitions'>, topics: TopicNames): Promise<void> {
  const problem = await missingTopics(admin, Object.values(topics), checkMs)
  if (problem !== undefined) throw new Error(problem)
}

function stateOf(check: Promise<void>): Promise<string> {
  return check.then(
    () => 'up',
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  )
}
