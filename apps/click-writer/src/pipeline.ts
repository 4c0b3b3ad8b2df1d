import {
  createBatchStore,
  createDatabase,
  createDuplicateFilter,
  createGroupMembers,
  databaseAddress,
  readLedger,
  readRawRetentionDays,
} from '@ads-tracker/data'
import { partitionName, topicNames } from '@ads-tracker/events'
import { createAdmin, createBatchConsumer, createKafka, createKafkaLog, type TopicPartition } from '@ads-tracker/kafka'
import type { Logger, Metrics } from '@ads-tracker/service-kit'
import { createAudit } from './ledger-audit.ts'
import { advanceCompleteThrough } from './complete-through.ts'
import type { Config } from './config.ts'
import { every } from './every.ts'
import { startFold } from './fold.ts'
import { removeKilled } from './killed-members.ts'
import { createWriterMetrics } from './metrics.ts'
import { checkDatabase, checkTopics, writerReadiness } from './readiness.ts'
import { startUpkeep } from './upkeep.ts'
import { createWatchdog } from './watchdog.ts'
import { createWriter } from './writer.ts'

interface PipelineDeps {
  config: Config
  log: Logger
  registry: Metrics['registry']
  parts?: Partial<Parts>
}

const allParts = { createKafka, createBatchConsumer, createBatchStore }
export type Parts = typeof allParts

const day = 24 * 60 * 60 * 1000
/** Records below the position of the ledger that are read again after an assignment; several, because one may be a dead letter. */
const rereadRecords = 100n
const isShorter = (
  { 'retention.ms': kept = '-1', 'segment.ms': segment = '0' }: Record<string, string>,
  days: number,
) => Number(kept) >= 0 && Number(kept) + Number(segment) < days * day

const later = (a: bigint, b: bigint) => (a > b ? a : b)

/** Stores what arrives in Kafka in PostgreSQL and audits the ledger. Waits until both are available; exits when stuck. */
export function startPipeline({ config, log, registry, parts }: PipelineDeps) {
  const { createKafka, createBatchConsumer, createBatchStore } = { ...allParts, ...parts }
  const metrics = createWriterMetrics(registry)
  const topics = topicNames(config.TOPIC_PREFIX)
  const connection = { ...databaseAddress(config), name: 'click-writer' }
  const database = createDatabase({ ...connection, max: 1 })
  // after a fail-over an old connection may still reach the former primary
  const health = createDatabase({ ...connection, max: 1, statementTimeoutMs: 1000, maxLifetimeSeconds: 10 })
  const control = createBatchStore(connection)
  // a connection of its own, so that long maintenance statements do not delay the mark or a batch
  const upkeep = createBatchStore(connection)
  // a connection of its own, so that batches are stored while a fold runs
  const folder = createBatchStore(connection)
  const filter = createDuplicateFilter()
  const stores = Array.from({ length: config.STATEMENTS }, () => createBatchStore({ ...connection, filter }))
  // the consumer looks up its coordinator with the retries of the client: they must last through an outage
  const retry = { initialRetryTime: 100, maxRetryTime: 5000, retries: 20 }
  const kafka = createKafka(config, 'click-writer', createKafkaLog(log), retry)
  const admin = createAdmin(kafka)
  const auditLedger = createAudit({ database, admin, topics, metrics })
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
  const groupId = `${config.TOPIC_PREFIX}click-writer`
  const members = createGroupMembers({ ...connection, groupId })
  const consumer = createBatchConsumer({
    kafka,
    groupId,
    topics: Object.values(topics),
    concurrency: 12,
    sessionTimeoutMs: config.SESSION_SECONDS * 1000,
    onBatch: writer.onBatch,
    onAssigned,
    onCrash: crash,
  })
  const tasks: (() => void)[] = []
  let committed = new Map<string, bigint>()
  let memberId: string | undefined
  let closing = false
  void start()

  return { readiness: writerReadiness({ database: health, admin, topics, consumer, writer }), close }

  async function start() {
    await untilDone(() => checkDatabase(health))
    await untilDone(() => checkTopics(admin, topics))
    await untilDone(checkRetention)
    if (closing) return
    const warnAbout = (what: string) => (error: unknown) => log.warn({ err: error }, `could not ${what}; retrying`)
    tasks.push(
      every(1000, commit, (error) => log.debug({ err: error }, 'offsets not committed')),
      every(
        500,
        () => advanceCompleteThrough({ store: control, admin, assigned: writer.upToDate, onSkew: metrics.clockSkew }),
        warnAbout('update the freshness mark'),
      ),
      every(5000, audit, warnAbout('audit the ledger')),
      every(
        300,
        () => removeKilled({ members, admin, groupId, log }),
        warnAbout('look for killed members of the group'),
      ),
      startUpkeep({ store: upkeep, log, metrics }),
      startFold({ store: folder, log, metrics }),
      every(
        5000,
        createWatchdog({
          ...writer,
          ...consumer,
          checks: [() => checkDatabase(health), () => checkTopics(admin, topics)],
          limitMs: config.WATCHDOG_SECONDS * 1000,
        }),
        crash,
      ),
    )
    writer.start(consumer)
    await untilDone(consumer.start)
  }

  function onAssigned(partitions: TopicPartition[], member: string) {
    writer.onAssigned(partitions)
    committed = new Map()
    memberId = member
    void noteMembership(member)
    continueFromLedger(partitions).catch((error: unknown) =>
      log.warn(
        { err: error },
        'could not read the ledger; continuing from the committed offsets of the consumer group',
      ),
    )
  }

  // Reading continues from the ledger, not from the committed offset: a database that was restored from a backup is behind it.
  // A partition that was added later gets a ledger row of its own, from the beginning of its log. The last records below the
  // position are read again: if they are unknown, the topic was recreated or truncated.
  async function continueFromLedger(partitions: TopicPartition[]) {
    await control.ensureLedger(partitions)
    const { rows } = await readLedger(database)
    for (const { topic, partition } of partitions) {
      const row = rows.find((row) => row.topic === topic && row.partition === partition)
      if (row === undefined || writer.isReadingAll(row)) continue
      if (row.recovered > 0n) writer.readAll(row)
      else consumer.seek({ topic, partition, offset: later(row.firstOffset, row.nextOffset - rereadRecords) })
    }
  }

  async function noteMembership(member: string) {
    try {
      await members.joined(member)
      log.info({ member }, 'registered as a member of the consumer group')
    } catch (error) {
      log.warn(
        { err: error },
        'could not register as a member; if this process is killed, the group waits until its session times out',
      )
    }
  }

  async function audit() {
    const known = writer.queues.positions()
    const { rows } = await auditLedger()
    writer.reconcile(rows, known)
  }

  // A record that is kept longer than its raw event could be counted again.
  async function checkRetention() {
    const rawRetentionDays = await readRawRetentionDays(database)
    const described = await Promise.allSettled(Object.values(topics).map(admin.describe))
    for (const topic of described) {
      if (topic.status === 'rejected')
        log.warn(
          { err: topic.reason },
          'could not read the retention time of the topic; make sure that raw events are kept longer than records',
        )
      else if (!isShorter(topic.value.config, rawRetentionDays))
        throw new Error(
          `raw events are kept for ${rawRetentionDays} days; the retention time of the topics must be shorter`,
        )
    }
  }

  async function commit() {
    const moved = writer.queues
      .positions()
      .filter((position) => committed.get(partitionName(position)) !== position.offset)
    if (moved.length === 0) return
    await consumer.commit(moved)
    for (const position of moved) committed.set(partitionName(position), position.offset)
  }

  async function close() {
    closing = true
    for (const stop of tasks) stop()
    await writer.stop()
    await commit().catch(() => {})
    await consumer.close().catch(() => {})
    if (memberId !== undefined) await members.left([memberId]).catch(() => {})
    const opened = [admin, database, health, control, upkeep, folder, members, ...stores]
    await Promise.all(opened.map((each) => each.close()))
  }

  async function untilDone(attempt: () => Promise<void>) {
    while (!closing) {
      try {
        return await attempt()
      } catch (error) {
        log.warn({ err: error }, 'not ready to start; retrying')
        await new Promise((resolve) => setTimeout(resolve, 1000))
      }
    }
  }

  function crash(error: unknown): never {
    log.fatal({ err: error }, 'fatal error; exiting so that the supervisor restarts this process')
    process.exit(1)
  }
}
