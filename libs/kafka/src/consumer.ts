import type { ConsumerConfig, ConsumerCrashEvent, ConsumerGroupJoinEvent, EachBatchPayload } from 'kafkajs'
import type { Kafka } from './client.ts'
import { type ConsumedRecord, recordsOf } from './consumed-record.ts'
import { openConsumer } from './kafkajs-internals.ts'
import { readFetchedRecords } from './fast-path/seam.ts'

export interface TopicPartition {
  topic: string
  partition: number
}

export interface ConsumedBatch extends TopicPartition {
  records: ConsumedRecord[]
  /** Keeps this member in the group; call it in every loop that waits. */
  heartbeat: () => Promise<void>
  /** True once the partitions were assigned again: the batch must not be stored any more. */
  isStale: () => boolean
}

export interface BatchConsumerOptions {
  kafka: Kafka
  groupId: string
  topics: string[]
  /** Resolves when the next batch may come. This one need not be stored by then; see `commit`. */
  onBatch: (batch: ConsumedBatch) => Promise<void>
  /** Called with the newly assigned partitions; fetching starts at the committed offsets. `memberId` is our id in the group. */
  onAssigned: (partitions: TopicPartition[], memberId: string) => void
  /** kafkajs does not restart the consumer: the process should exit. */
  onCrash: (error: Error) => void
  concurrency: number
  /** The group removes a silent member after this time; 9 s by default. */
  sessionTimeoutMs?: number
}

export interface BatchConsumer {
  start(): Promise<void>
  /** Commits offsets of the group. The writer continues from the ledger; these are the fallback. */
  commit(offsets: (TopicPartition & { offset: bigint })[]): Promise<void>
  /** Fetches from `offset` next. */
  seek(position: TopicPartition & { offset: bigint }): void
  pause(partitions: TopicPartition[]): void
  resume(partitions: TopicPartition[]): void
  /** Milliseconds since the consumer last polled, or was started. */
  sinceLastPoll(): number
  /** Leaves the group at once, so that its partitions are reassigned without waiting for the session timeout. */
  close(): Promise<void>
}

/** A consumer of whole fetched batches that never commits by itself. */
export function createBatchConsumer({
  kafka,
  groupId,
  topics,
  onBatch,
  onAssigned,
  onCrash,
  concurrency,
  sessionTimeoutMs = 9000,
}: BatchConsumerOptions): BatchConsumer {
  let generation = 0
  let polledAt = performance.now()
  const consumer = createConsumer(kafka, {
    groupId,
    sessionTimeout: sessionTimeoutMs,
    // how soon a member learns of a rebalance; sent when a fetch returns
    heartbeatInterval: 300,
    rebalanceTimeout: 60_000,
    // how soon added partitions are read
    metadataMaxAge: 10_000,
    maxWaitTimeInMs: 500,
    minBytes: 1,
    maxBytes: 4 * 1024 * 1024,
    maxBytesPerPartition: 512 * 1024,
    allowAutoTopicCreation: false,
    retry: { initialRetryTime: 100, maxRetryTime: 5000, retries: 20, restartOnFailure: async () => true },
  })
  consumer.on(consumer.events.GROUP_JOIN, ({ payload }: ConsumerGroupJoinEvent) => {
    generation += 1
    onAssigned(
      Object.entries(payload.memberAssignment).flatMap(([topic, partitions]) =>
        partitions.map((partition) => ({ topic, partition })),
      ),
      payload.memberId,
    )
  })
  consumer.on(consumer.events.CRASH, ({ payload }: ConsumerCrashEvent) => {
    if (!payload.restart) onCrash(payload.error)
  })
  consumer.on(consumer.events.FETCH, () => (polledAt = performance.now()))

  return {
    async start() {
      polledAt = performance.now()
      try {
        await consumer.connect()
        // true: events that were acknowledged before the group first joined count, too
        await consumer.subscribe({ topics, fromBeginning: true })
        await consumer.run({
          autoCommit: false,
          eachBatchAutoResolve: false,
          partitionsConsumedConcurrently: concurrency,
          eachBatch: handle,
        })
      } catch (error) {
        // kafkajs treats a connection whose first request failed as connected, and every later attempt fails on it
        await consumer.disconnect().catch(() => {})
        throw error
      }
    },
    commit: (offsets) =>
      consumer.commitOffsets(
        offsets.map(({ topic, partition, offset }) => ({ topic, partition, offset: String(offset) })),
      ),
    seek: ({ topic, partition, offset }) => consumer.seek({ topic, partition, offset: String(offset) }),
    pause: (partitions) =>
      consumer.pause(partitions.map(({ topic, partition }) => ({ topic, partitions: [partition] }))),
    resume: (partitions) =>
      consumer.resume(partitions.map(({ topic, partition }) => ({ topic, partitions: [partition] }))),
    sinceLastPoll: () => performance.now() - polledAt,
    close: () => consumer.disconnect(),
  }

  async function handle({ batch, resolveOffset, heartbeat, isRunning, isStale }: EachBatchPayload) {
    polledAt = performance.now()
    const mine = generation
    const gone = () => mine !== generation || !isRunning() || isStale()
    const records = recordsOf(batch)
    if (gone()) return
    await onBatch({ topic: batch.topic, partition: batch.partition, records, heartbeat: beat, isStale: gone })
    if (!gone()) resolveOffset(batch.lastOffset())
    await heartbeat()

    async function beat() {
      polledAt = performance.now()
      await heartbeat()
    }
  }
}

function createConsumer(kafka: Kafka, options: ConsumerConfig) {
  if (!kafka.fastPath) return kafka.consumer(options)
  const { consumer, cluster } = openConsumer(kafka, options)
  readFetchedRecords(cluster)
  return consumer
}
