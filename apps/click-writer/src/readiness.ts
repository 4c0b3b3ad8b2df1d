import { type Database, schemaProblem } from '@ads-tracker/data'
import { type Admin, type BatchConsumer, missingTopics, withDeadline } from '@ads-tracker/kafka'
import type { TopicNames } from '@ads-tracker/events'
import { nameOf } from './lanes.ts'
import type { Writer } from './writer.ts'

interface ReadinessDeps {
  /** Used for nothing else: a statement that takes long must not look like an outage. */
  database: Database
  admin: Pick<Admin, 'partitions'>
  topics: TopicNames
  consumer: Pick<BatchConsumer, 'sinceLastTurn'>
  writer: Pick<Writer, 'held'>
}

const answerMs = 1000
const loopStalledMs = 15_000

/** What the writer needs to do its job: a database that is new enough, the topics, a reading loop that turns, and no gap. */
export function writerReadiness({ database, admin, topics, consumer, writer }: ReadinessDeps) {
  return async () => ({
    postgres: await stateOf(checkDatabase(database)),
    kafka: await stateOf(checkTopics(admin, topics)),
    consumer:
      consumer.sinceLastTurn() < loopStalledMs ? 'up' : `the consumer has not polled for ${loopStalledMs / 1000} s`,
    ledger: writer.held().length === 0 ? 'up' : `gap in ${writer.held().map(nameOf).join(', ')}`,
  })
}

/** @throws when the database is read only, or older than this code; a newer one is fine */
export async function checkDatabase(database: Database): Promise<void> {
  const asked = Promise.all([schemaProblem(database), database.isReadOnly()])
  const [problem, isReadOnly] = await withDeadline(asked, answerMs, 'PostgreSQL')
  if (isReadOnly) throw new Error('PostgreSQL is read only')
  if (problem !== undefined) throw new Error(problem)
}

/** @throws when a topic does not exist */
export async function checkTopics(admin: Pick<Admin, 'partitions'>, topics: TopicNames): Promise<void> {
  const problem = await missingTopics(admin, Object.values(topics), answerMs)
  if (problem !== undefined) throw new Error(problem)
}

function stateOf(check: Promise<void>): Promise<string> {
  return check.then(
    () => 'up',
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  )
}
