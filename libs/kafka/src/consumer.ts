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
  /** Keeps the membership of the group alive; to be called in every loop that waits. */
  heartbeat: () => Promise<void>
  /** True once the group has moved on: what is held of this batch is no longer ours. */
  isStale: () => boolean
}

export interface BatchConsumerOptions {
  kafka: Kafka
  groupId: string
  topics: string[]
  /** Returns when the batch may be followed by the next one. It need not be stored by then; see `commit`. */
  onBatch: (batch: ConsumedBatch) => Promise<void>
  /** The partitions that are ours from now on; fetching starts anew at the committed offsets. The group knows us as `memberId`. */
  onAssigned: (partitions: TopicPartition[], memberId: string) => void
  /** kafkajs has given up for good: the process should end. */
  onCrash: (error: Error) => void
  concurrency: number
  /** How long the group waits for a member that is silent; 9 s by default. */
  sessionTimeoutMs?: number
}

export interface BatchConsumer {
  start(): Promise<void>
  /** Stores how far the group has come. A hint: the ledger is the truth. */
  commit(offsets: (TopicPartition & { offset: bigint })[]): Promise<void>
  /** Fetches from `offset` next. */
  seek(position: TopicPartition & { offset: bigint }): void
  pause(partitions: TopicPartition[]): void
  resume(partitions: TopicPartition[]): void
  /** Milliseconds since the fetch loop last turned, or was started. */
  sinceLastPoll(): number
  /** Leaves the group at once, so that the others need not wait for the session to time out. */
  close(): Promise<void>
}

/** A consumer that hands over whole fetched batches and never commits by itself. */
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
  let turnedAt = performance.now()
  const consumer = createConsumer(kafka, {
    groupId,
    // a member that was killed is waited for until then, unless it is removed from the group
    sessionTimeout: sessionTimeoutMs,
    // how soon a member hears that the group assigns its partitions anew; sent when a fetch returns
    heartbeatInterval: 300,
    rebalanceTimeout: 60_000,
    // how soon partitions that were added are read
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
  consumer.on(consumer.events.FETCH, () => (turnedAt = performance.now()))

  return {
    async start() {
      turnedAt = performance.now()
      try {
        await consumer.connect()
        // true: clicks that were acknowledged before the group first joined count as well
        await consumer.subscribe({ topics, fromBeginning: true })
        await consumer.run({
          autoCommit: false,
          eachBatchAutoResolve: false,
          partitionsConsumedConcurrently: concurrency,
          eachBatch: handle,
        })
      } catch (error) {
        // to kafkajs a connection whose first exchange failed is connected, and every later attempt fails on it
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
    sinceLastPoll: () => performance.now() - turnedAt,
    close: () => consumer.disconnect(),
  }

  async function handle({ batch, resolveOffset, heartbeat, isRunning, isStale }: EachBatchPayload) {
    turnedAt = performance.now()
    const mine = generation
    const gone = () => mine !== generation || !isRunning() || isStale()
    const records = recordsOf(batch)
    if (gone()) return
    await onBatch({ topic: batch.topic, partition: batch.partition, records, heartbeat: beat, isStale: gone })
    if (!gone()) resolveOffset(batch.lastOffset())
    await heartbeat()

    async function beat() {
      turnedAt = performance.now()
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
