import type { BatchStore } from '@ads-tracker/data'
import { topicOf, type TopicNames } from '@ads-tracker/events'
import type { Admin, BatchConsumer, ConsumedBatch, TopicPartition } from '@ads-tracker/kafka'
import type { Logger } from '@ads-tracker/service-kit'
import { createLanes, type Lanes, nameOf } from './lanes.ts'
import type { WriterMetrics } from './metrics.ts'
import { bytesOf, type Piece, sizeOf, toPieces } from './piece.ts'
import { type Applied, type Gap, storePieces } from './store-pieces.ts'

export interface WriterDeps {
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

const waitTurn = 200
/** Events that wait before a second statement runs beside the first: below it, one that takes all costs less than two that share. */
const worthAnother = 1000
const heldPause = 2000

/**
 * Group commit: while statements run, whatever arrives from any partition is decoded and queued, and is the next batch.
 * Reading, decoding and SQL overlap; a partition is in at most one statement at a time, in offset order.
 */
export function createWriter(deps: WriterDeps) {
  const { stores, topics, admin, log, metrics, batchMaxEvents, batchMaxBytes } = deps
  const lanes: Lanes = createLanes()
  const held = new Map<string, Gap>()
  /** Partitions whose whole log is read since they were assigned, and the ledger's position: until then the ledger says too much. */
  const readFromStart = new Map<string, bigint>()
  let consumer: BatchConsumer | undefined
  let stopping = false
  let progressedAt = performance.now()
  let running: Promise<void>[] = []

  return {
    lanes,
    onBatch,
    onAssigned,
    reconcile,
    readAll,
    isReadingAll: (place: TopicPartition) => readFromStart.has(nameOf(place)),
    /** Partitions whose ledger tells all that is stored. */
    upToDate: () => lanes.assigned().filter((place) => (readFromStart.get(nameOf(place)) ?? 0n) === 0n),
    /** Partitions that wait for an operator: their log begins after the ledger. */
    held: () => [...held.values()],
    /** Milliseconds since something was last stored; 0 while there is nothing to store. */
    sinceProgress: () => (lanes.isIdle() ? 0 : performance.now() - progressedAt),
    start(from: BatchConsumer) {
      consumer = from
      running = stores.map((store, index) => keepStoring(store, index === 0 ? 1 : worthAnother))
    },
    /** Ends the statements that run; what waits is read again by the next owner of the partitions. */
    async stop() {
      stopping = true
      lanes.notify()
      await Promise.all(running)
    },
  }

  async function onBatch({ topic, partition, records, heartbeat, isStale }: ConsumedBatch) {
    const type = topicOf(topics, topic)
    if (type === undefined) return
    const pieces = toPieces({ topic, partition }, type, records)
    while (isFull(pieces) && !stopping && !isStale()) {
      await Promise.race([lanes.changed(), new Promise((resolve) => setTimeout(resolve, waitTurn))])
      await heartbeat()
    }
    if (stopping || isStale()) return
    if (lanes.isIdle()) progressedAt = performance.now()
    lanes.push(pieces)
  }

  // One batch is taken whatever its size: a queue that is empty has room for it.
  function isFull(pieces: Piece[]): boolean {
    const { queueMaxEvents, queueMaxBytes } = deps
    return (
      (lanes.size() > 0 && lanes.size() + sizeOf(pieces) > queueMaxEvents) ||
      (lanes.bytes() > 0 && lanes.bytes() + bytesOf(pieces) > queueMaxBytes)
    )
  }

  function onAssigned(partitions: TopicPartition[]) {
    log.info({ partitions: partitions.map(nameOf) }, 'partitions assigned')
    held.clear()
    readFromStart.clear()
    lanes.assign(partitions)
  }

  async function keepStoring(store: BatchStore, atLeast: number) {
    while (!stopping) {
      const pieces = lanes.size() < atLeast ? [] : lanes.take(batchMaxEvents, batchMaxBytes)
      metrics.queued.set(lanes.size())
      if (pieces.length === 0) await lanes.changed()
      else await storeAll(store, pieces)
    }
  }

  async function storeAll(store: BatchStore, pieces: Piece[]) {
    const began = performance.now()
    const rereads = new Map(readFromStart)
    await storePieces(pieces, { store, log, metrics, onApplied, onGap, isStopping: () => stopping })
    metrics.batchEvents.observe(sizeOf(pieces))
    metrics.batchSeconds.observe((performance.now() - began) / 1000)
    logDeadLetters(pieces)
    for (const piece of pieces) {
      const until = rereads.get(nameOf(piece))
      if (until !== undefined && piece.next >= until && readFromStart.has(nameOf(piece)))
        readFromStart.set(nameOf(piece), 0n)
    }
    lanes.release(pieces)
  }

  function onApplied({ partitions }: Applied) {
    progressedAt = performance.now()
    for (const { topic, partition, nextOffset, counted, duplicates, conflicts, deadLetters, recovered } of partitions) {
      lanes.stored({ topic, partition, next: nextOffset })
      held.delete(nameOf({ topic, partition }))
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

  // Where one record of another log was unknown, those before it may be as well: all of it is read, whatever the ledger has
  // passed. Once for each assignment, until an operator accepts the new log: `recovered` of the book remembers it.
  function readAll({ topic, partition, nextOffset }: TopicPartition & { nextOffset: bigint }) {
    const place = { topic, partition }
    if (readFromStart.has(nameOf(place))) return
    readFromStart.set(nameOf(place), nextOffset)
    lanes.readAgain(place, 0n)
    steer((group) => group.seek({ ...place, offset: 0n }))
  }

  // First read again from where the ledger stands: a restored database gets its events this way. Only when the log
  // does not have them either is it real, and then nothing of this partition is stored until an operator accepts it.
  function onGap(gap: Gap) {
    if (lanes.readAgain(gap, gap.expected)) return hold(gap)
    log.warn(text(gap), 'the ledger is behind the consumer; reading again from the position of the ledger')
    steer((group) => group.seek({ ...gap, offset: gap.expected }))
  }

  // A database that was restored while nothing arrives has no other way to show that its ledger went back. `known` was
  // taken before the books were read: what was stored in between is newer than they are.
  function reconcile(
    books: (TopicPartition & { nextOffset: bigint; recovered: bigint })[],
    known: (TopicPartition & { offset: bigint })[],
  ) {
    for (const book of books) {
      // also where the answer that told of it was lost
      if (book.recovered > 0n && lanes.has(book)) readAll(book)
      // an operator accepted the log, which is read into a new book
      else if (book.recovered === 0n) readFromStart.delete(nameOf(book))
    }
    for (const { topic, partition, offset } of known) {
      const book = books.find((row) => row.topic === topic && row.partition === partition)
      if (book === undefined || book.nextOffset >= offset || lanes.idleAt({ topic, partition }) !== offset) continue
      log.warn(
        { topic, partition, stored: String(offset), ledger: String(book.nextOffset) },
        'the ledger has moved back, as after a restore; reading again from its position',
      )
      lanes.stored({ topic, partition, next: book.nextOffset })
      steer((group) => group.seek({ topic, partition, offset: book.nextOffset }))
    }
  }

  function hold(gap: Gap) {
    const name = nameOf(gap)
    if (!held.has(name))
      log.error(
        text(gap),
        'unread records have been removed from the log; the partition is paused until the gap is accepted with `npm run ledger -- accept` (see the runbook)',
      )
    held.set(name, gap)
    steer((group) => group.pause([gap]))
    setTimeout(() => void readHeld(name), heldPause).unref()
  }

  // The ledger answers with the same gap until it was accepted.
  async function readHeld(name: string) {
    const gap = held.get(name)
    if (gap === undefined) return
    const offsets = await admin.offsets(gap.topic).catch(() => [])
    if (stopping || held.get(name) !== gap) return
    const low = offsets.find(({ partition }) => partition === gap.partition)?.low ?? gap.expected
    steer((group) => {
      group.seek({ ...gap, offset: low > gap.expected ? low : gap.expected })
      group.resume([gap])
    })
  }

  // kafkajs refuses this while its consumer restarts. The assignment that follows reads on from the ledger in any case.
  function steer(action: (consumer: BatchConsumer) => void) {
    try {
      if (consumer) action(consumer)
    } catch (error) {
      log.warn({ err: error }, 'the consumer is restarting; the next assignment continues from the ledger')
    }
  }

  function logDeadLetters(pieces: Piece[]) {
    for (const { topic, partition, entries } of pieces) {
      for (const { dead, record } of entries) {
        if (!dead) continue
        const { 'request-id': reqId, traceparent } = record.headers
        log.warn(
          {
            topic,
            partition,
            offset: String(record.offset),
            reason: dead.reason,
            event_id: dead.eventId,
            reqId,
            traceparent,
          },
          `event ${dead.eventId ?? 'without an id'} moved to dead letters: ${dead.reason}`,
        )
      }
    }
  }
}

function text({ topic, partition, expected, found }: Gap) {
  return { topic, partition, expected: String(expected), found: String(found) }
}
