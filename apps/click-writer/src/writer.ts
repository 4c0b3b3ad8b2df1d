import type { BatchStore } from '@ads-tracker/data'
import { partitionName, topicOf, type TopicNames } from '@ads-tracker/events'
import type { Admin, BatchConsumer, ConsumedBatch, TopicPartition } from '@ads-tracker/kafka'
import type { Logger } from '@ads-tracker/service-kit'
import { createPartitionQueues, type PartitionQueues } from './partition-queues.ts'
import type { WriterMetrics } from './metrics.ts'
import { bytesOf, type PartitionBatch, sizeOf, toPartitionBatches } from './partition-batch.ts'
import { type Applied, type Gap, storeBatches } from './store-batches.ts'

interface WriterDeps {
  stores: BatchStore[]
  topics: TopicNames
  admin: Pick<Admin, 'offsets'>
  log: Logger
  metrics: WriterMetrics
  batchMaxEvents: number
  batchMaxBytes: number
  queueMaxEvents: number
  queueMaxBytes: number
}

export type Writer = ReturnType<typeof createWriter>

const fullQueueWaitMs = 200
/** A second statement runs only while at least this many events wait: fewer cost less in one statement than in two. */
const secondStatementThreshold = 1000
const pausedRetryMs = 2000

/**
 * Group commit: records that arrive while statements run are decoded and queued, and become the next batch.
 * Reading, decoding and SQL overlap; a partition is in at most one statement at a time, in offset order.
 */
export function createWriter(deps: WriterDeps) {
  const { stores, topics, admin, log, metrics, batchMaxEvents, batchMaxBytes } = deps
  const queues: PartitionQueues = createPartitionQueues()
  const paused = new Map<string, Gap>()
  /**
   * Partitions whose log is read from the start, with the position of the ledger: up to there the ledger claims records that may
   * not be stored. 0 once that position was reached.
   */
  const readFromStart = new Map<string, bigint>()
  let consumer: BatchConsumer | undefined
  let stopping = false
  let progressedAt = performance.now()
  let running: Promise<void>[] = []

  return {
    queues,
    onBatch,
    onAssigned,
    reconcile,
    readAll,
    isReadingAll: (place: TopicPartition) => readFromStart.has(partitionName(place)),
    /** Partitions whose ledger is not ahead of what is stored. */
    upToDate: () => queues.assigned().filter((place) => (readFromStart.get(partitionName(place)) ?? 0n) === 0n),
    /** Partitions that wait for an operator: their log begins after the position of the ledger. */
    paused: () => [...paused.values()],
    /** Milliseconds since something was last stored; 0 while there is nothing to store. */
    sinceProgress: () => (queues.isIdle() ? 0 : performance.now() - progressedAt),
    start(from: BatchConsumer) {
      consumer = from
      running = stores.map((store, index) => keepStoring(store, index === 0 ? 1 : secondStatementThreshold))
    },
    /** Waits for running statements to end; the next owner of the partitions reads waiting records again. */
    async stop() {
      stopping = true
      queues.notify()
      await Promise.all(running)
    },
  }

  async function onBatch({ topic, partition, records, heartbeat, isStale }: ConsumedBatch) {
    const type = topicOf(topics, topic)
    if (type === undefined) return
    const batches = toPartitionBatches({ topic, partition }, type, records)
    while (isFull(batches) && !stopping && !isStale()) {
      await Promise.race([queues.changed(), new Promise((resolve) => setTimeout(resolve, fullQueueWaitMs))])
      await heartbeat()
    }
    if (stopping || isStale()) return
    if (queues.isIdle()) progressedAt = performance.now()
    queues.push(batches)
  }

  // An empty queue accepts one batch of any size.
  function isFull(batches: PartitionBatch[]): boolean {
    const { queueMaxEvents, queueMaxBytes } = deps
    return (
      (queues.size() > 0 && queues.size() + sizeOf(batches) > queueMaxEvents) ||
      (queues.bytes() > 0 && queues.bytes() + bytesOf(batches) > queueMaxBytes)
    )
  }

  function onAssigned(partitions: TopicPartition[]) {
    log.info({ partitions: partitions.map(partitionName) }, 'partitions assigned')
    paused.clear()
    readFromStart.clear()
    queues.assign(partitions)
  }

  async function keepStoring(store: BatchStore, atLeast: number) {
    while (!stopping) {
      const batches = queues.size() < atLeast ? [] : queues.take(batchMaxEvents, batchMaxBytes)
      metrics.queued.set(queues.size())
      if (batches.length === 0) await queues.changed()
      else await storeAll(store, batches)
    }
  }

  async function storeAll(store: BatchStore, batches: PartitionBatch[]) {
    const began = performance.now()
    const rereads = new Map(readFromStart)
    await storeBatches(batches, { store, log, metrics, onApplied, onGap, isStopping: () => stopping })
    metrics.batchEvents.observe(sizeOf(batches))
    metrics.batchSeconds.observe((performance.now() - began) / 1000)
    logDeadLetters(batches)
    for (const batch of batches) {
      const until = rereads.get(partitionName(batch))
      if (until !== undefined && batch.next >= until && readFromStart.has(partitionName(batch)))
        readFromStart.set(partitionName(batch), 0n)
    }
    queues.release(batches)
  }

  function onApplied({ partitions }: Applied) {
    progressedAt = performance.now()
    for (const { topic, partition, nextOffset, counted, duplicates, conflicts, deadLetters, recovered } of partitions) {
      queues.stored({ topic, partition, next: nextOffset })
      paused.delete(partitionName({ topic, partition }))
      const type = topicOf(topics, topic) ?? 'click'
      metrics.events.inc({ type, result: 'counted' }, counted)
      metrics.events.inc({ type, result: 'duplicate' }, duplicates)
      metrics.events.inc({ type, result: 'conflict' }, conflicts)
      metrics.events.inc({ type, result: 'dead_letter' }, deadLetters)
      metrics.events.inc({ type, result: 'recovered' }, recovered)
      if (recovered > 0) {
        log.error(
          { topic, partition, recovered },
          'found events below the position of the ledger; the topic was recreated or truncated',
        )
        readAll({ topic, partition, nextOffset })
      }
    }
  }

  // If one record below the position of the ledger was unknown, earlier ones may be unknown too, so the whole log is read. This
  // happens once for each assignment until an operator accepts the new log: `recovered` of the ledger row stays above 0.
  function readAll({ topic, partition, nextOffset }: TopicPartition & { nextOffset: bigint }) {
    const place = { topic, partition }
    if (readFromStart.has(partitionName(place))) return
    readFromStart.set(partitionName(place), nextOffset)
    queues.readAgain(place, 0n)
    withConsumer((group) => group.seek({ ...place, offset: 0n }))
  }

  // First read again from the position of the ledger: this is how a restored database gets its events. If the log does not have
  // them either, the gap is real, and nothing of this partition is stored until an operator accepts it.
  function onGap(gap: Gap) {
    if (queues.readAgain(gap, gap.expected)) return pausePartition(gap)
    log.warn(logFields(gap), 'the ledger is behind the consumer; reading again from the position of the ledger')
    withConsumer((group) => group.seek({ ...gap, offset: gap.expected }))
  }

  // While nothing arrives, only this comparison shows that the database was restored and its ledger moved back. `known` was read
  // before the ledger: what was stored in between is newer.
  function reconcile(
    rows: (TopicPartition & { nextOffset: bigint; recovered: bigint })[],
    known: (TopicPartition & { offset: bigint })[],
  ) {
    for (const row of rows) {
      // also when the result of the statement that recovered events was lost
      if (row.recovered > 0n && queues.has(row)) readAll(row)
      // an operator accepted the log; it has a new ledger row
      else if (row.recovered === 0n) readFromStart.delete(partitionName(row))
    }
    for (const { topic, partition, offset } of known) {
      const row = rows.find((row) => row.topic === topic && row.partition === partition)
      if (row === undefined || row.nextOffset >= offset || queues.idlePosition({ topic, partition }) !== offset)
        continue
      log.warn(
        { topic, partition, stored: String(offset), ledger: String(row.nextOffset) },
        'the ledger has moved back, as after a restore; reading again from its position',
      )
      queues.stored({ topic, partition, next: row.nextOffset })
      withConsumer((group) => group.seek({ topic, partition, offset: row.nextOffset }))
    }
  }

  function pausePartition(gap: Gap) {
    const name = partitionName(gap)
    if (!paused.has(name))
      log.error(
        logFields(gap),
        'unread records have been removed from the log; the partition is paused until the gap is accepted with `npm run ledger -- accept` (see the runbook)',
      )
    paused.set(name, gap)
    withConsumer((group) => group.pause([gap]))
    setTimeout(() => void retryPaused(name), pausedRetryMs).unref()
  }

  // Storing ends with the same gap until it was accepted.
  async function retryPaused(name: string) {
    const gap = paused.get(name)
    if (gap === undefined) return
    const offsets = await admin.offsets(gap.topic).catch(() => [])
    if (stopping || paused.get(name) !== gap) return
    const low = offsets.find(({ partition }) => partition === gap.partition)?.low ?? gap.expected
    withConsumer((group) => {
      group.seek({ ...gap, offset: low > gap.expected ? low : gap.expected })
      group.resume([gap])
    })
  }

  // kafkajs throws while its consumer restarts. The next assignment continues from the ledger in any case.
  function withConsumer(action: (consumer: BatchConsumer) => void) {
    try {
      if (consumer) action(consumer)
    } catch (error) {
      log.warn({ err: error }, 'the consumer is restarting; the next assignment continues from the ledger')
    }
  }

  function logDeadLetters(batches: PartitionBatch[]) {
    for (const { topic, partition, records } of batches) {
      for (const { deadLetter, raw } of records) {
        if (!deadLetter) continue
        const { 'request-id': reqId, traceparent } = raw.headers
        log.warn(
          {
            topic,
            partition,
            offset: String(raw.offset),
            reason: deadLetter.reason,
            event_id: deadLetter.eventId,
            reqId,
            traceparent,
          },
          `event ${deadLetter.eventId ?? 'without an id'} moved to dead letters: ${deadLetter.reason}`,
        )
      }
    }
  }
}

function logFields({ topic, partition, expected, found }: Gap) {
  return { topic, partition, expected: String(expected), found: String(found) }
}
