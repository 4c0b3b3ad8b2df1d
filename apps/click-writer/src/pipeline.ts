import {
  createBatchStore,
  createDatabase,
  createDuplicateFilter,
  databaseAddress,
  readLedger,
  readRawRetentionDays,
} from '@ads-tracker/data'
import { topicNames } from '@ads-tracker/events'
import { createAdmin, createBatchConsumer, createKafka, createKafkaLog, type TopicPartition } from '@ads-tracker/kafka'
import type { Logger, Metrics } from '@ads-tracker/service-kit'
import { createAudit } from './books.ts'
import { advanceCompleteThrough } from './complete-through.ts'
import type { Config } from './config.ts'
import { every } from './every.ts'
import { startFold } from './fold.ts'
import { nameOf } from './lanes.ts'
import { createWriterMetrics } from './metrics.ts'
import { checkSchema, checkTopics, writerReadiness } from './readiness.ts'
import { startUpkeep } from './upkeep.ts'
import { createWatchdog } from './watchdog.ts'
import { createWriter } from './writer.ts'

interface PipelineDeps {
  config: Config
  log: Logger
  registry: Metrics['registry']
}

const day = 24 * 60 * 60 * 1000
/** Records before the ledger's position that are read once more at an assignment; several, as one may be a dead letter. */
const probed = 100n
const isShorter = (
  { 'retention.ms': kept = '-1', 'segment.ms': segment = '0' }: Record<string, string>,
  days: number,
) => Number(kept) >= 0 && Number(kept) + Number(segment) < days * day

const later = (a: bigint, b: bigint) => (a > b ? a : b)

/** Wires Kafka to PostgreSQL and keeps the books. Starts at once, waits for what is not there yet, and crashes when stuck. */
export function startPipeline({ config, log, registry }: PipelineDeps) {
  const metrics = createWriterMetrics(registry)
  const topics = topicNames(config.TOPIC_PREFIX)
  const connection = { ...databaseAddress(config), name: 'click-writer' }
  const database = createDatabase({ ...connection, max: 1 })
  const control = createBatchStore(connection)
  // of its own: a long statement of the upkeep never delays the mark or a batch
  const upkeep = createBatchStore(connection)
  // of its own, too: batches go on while a fold runs
  const folder = createBatchStore(connection)
  const filter = createDuplicateFilter()
  const stores = Array.from({ length: config.STATEMENTS }, () => createBatchStore({ ...connection, filter }))
  // coordinator look-ups of the consumer use the client's retries: they must outlast an outage
  const patient = { initialRetryTime: 100, maxRetryTime: 5000, retries: 20 }
  const kafka = createKafka(config, 'click-writer', createKafkaLog(log), patient)
  const admin = createAdmin(kafka)
  const auditBooks = createAudit({ database, admin, topics, metrics })
  const writer = createWriter({
    stores,
    topics,
    admin,
    log,
    metrics,
    batchMaxEvents: config.BATCH_MAX_EVENTS,
    batchMaxBytes: config.BATCH_MAX_BYTES,
    queueMaxEvents: config.QUEUE_MAX_EVENTS,
    queueMaxBytes: config.QUEUE_MAX_BYTES,
  })
  const consumer = createBatchConsumer({
    kafka,
    groupId: `${config.TOPIC_PREFIX}click-writer`,
    topics: Object.values(topics),
    concurrency: 12,
    onBatch: writer.onBatch,
    onAssigned,
    onCrash: crash,
  })
  const tasks: (() => void)[] = []
  let committed = new Map<string, bigint>()
  let closing = false
  void start()

  return { readiness: writerReadiness({ database, admin, topics, consumer, writer }), close }

  async function start() {
    await untilDone(() => checkSchema(database))
    await untilDone(() => checkTopics(admin, topics))
    await untilDone(checkRetention)
    if (closing) return
    const quietly = (what: string) => (error: unknown) => log.warn({ err: error }, `${what} failed: trying again`)
    tasks.push(
      every(1000, commit, (error) => log.debug({ err: error }, 'offsets not committed')),
      every(
        500,
        () => advanceCompleteThrough({ store: control, admin, assigned: writer.upToDate, onSkew: metrics.clockSkew }),
        quietly('the complete-through mark'),
      ),
      every(5000, audit, quietly('the audit of the books')),
      startUpkeep({ store: upkeep, log, metrics }),
      startFold({ store: folder, log, metrics }),
      every(
        5000,
        createWatchdog({
          ...writer,
          ...consumer,
          checks: [control.ping, () => checkTopics(admin, topics)],
          limitMs: config.WATCHDOG_SECONDS * 1000,
        }),
        crash,
      ),
    )
    writer.start(consumer)
    await untilDone(consumer.start)
  }

  function onAssigned(partitions: TopicPartition[]) {
    writer.onAssigned(partitions)
    committed = new Map()
    continueFromLedger(partitions).catch((error: unknown) =>
      log.warn({ err: error }, 'going on from the offsets of the group'),
    )
  }

  // The ledger is the truth and the group's offset a hint: a database that was restored from a backup is behind it.
  // A partition that was added later starts a book of its own, at the beginning of its log. The last records that the
  // book knows are read once more: where they are others, the log is not the one that was read before.
  async function continueFromLedger(partitions: TopicPartition[]) {
    await control.ensureLedger(partitions)
    const { rows } = await readLedger(database)
    for (const { topic, partition } of partitions) {
      const book = rows.find((row) => row.topic === topic && row.partition === partition)
      if (book === undefined || writer.isReadingAll(book)) continue
      if (book.recovered > 0n) writer.readAll(book)
      else consumer.seek({ topic, partition, offset: later(book.firstOffset, book.nextOffset - probed) })
    }
  }

  async function audit() {
    const known = writer.lanes.positions()
    const { rows } = await auditBooks()
    writer.reconcile(rows, known)
  }

  // A record that outlives its raw event in the log could be counted a second time.
  async function checkRetention() {
    const rawRetentionDays = await readRawRetentionDays(database)
    const described = await Promise.allSettled(Object.values(topics).map(admin.describe))
    for (const topic of described) {
      if (topic.status === 'rejected')
        log.warn(
          { err: topic.reason },
          'cannot see how long the log is kept: make sure that raw events are kept longer',
        )
      else if (!isShorter(topic.value.config, rawRetentionDays))
        throw new Error(`raw events are kept for ${rawRetentionDays} days: the log must be kept for less`)
    }
  }

  async function commit() {
    const moved = writer.lanes.positions().filter((position) => committed.get(nameOf(position)) !== position.offset)
    if (moved.length === 0) return
    await consumer.commit(moved)
    for (const position of moved) committed.set(nameOf(position), position.offset)
  }

  async function close() {
    closing = true
    for (const stop of tasks) stop()
    await writer.stop()
    await commit().catch(() => {})
    await consumer.close().catch(() => {})
    await Promise.all([
      admin.close(),
      database.close(),
      ...[control, upkeep, folder, ...stores].map((store) => store.close()),
    ])
  }

  async function untilDone(attempt: () => Promise<void>) {
    while (!closing) {
      try {
        return await attempt()
      } catch (error) {
        log.warn({ err: error }, 'not ready to start: trying again')
        await new Promise((resolve) => setTimeout(resolve, 1000))
      }
    }
  }

  function crash(error: unknown): never {
    log.fatal({ err: error }, 'giving up: a clean process will start over')
    process.exit(1)
  }
}
