import type { Histogram } from 'prom-client'
import type { Kafka } from './client.ts'
import type { OutgoingRecord } from './fast-path/record-batch.ts'
import { connectProducer } from './producer-connection.ts'

export type EventRecord = OutgoingRecord

export interface ProducerOptions {
  /** Makes the kafkajs client; called again when a hung broker needs a new connection. */
  kafka: () => Kafka
  /** Milliseconds from `publish` to its answer. */
  deadlineMs?: number
  maxQueued?: number
  maxQueuedBytes?: number
  maxBatchBytes?: number
  batchRecords?: Histogram
}

export interface EventProducer {
  /**
   * Resolves when all in-sync replicas have the record.
   * @throws OverloadedError when the queue is full: the record was not sent
   * @throws OutcomeUnknownError when that is not known by the deadline: it may or may not be stored
   */
  publish(topic: string, record: EventRecord): Promise<void>
  /** Records and bytes that wait for an answer. */
  pending(): { records: number; bytes: number }
  /** Milliseconds since the broker last acknowledged a batch; Infinity when it never did. */
  sinceAcknowledged(): number
  /** Waits for what was accepted, then disconnects. */
  close(): Promise<void>
}

/** The queue is full: nothing was sent. */
export class OverloadedError extends Error {
  readonly code = 'overloaded'
}

/** The broker did not answer in time: the record may be stored or not. */
export class OutcomeUnknownError extends Error {
  readonly code = 'outcome_unknown'
}

interface Entry {
  topic: string
  message: OutgoingRecord
  bytes: number
  expires: number
  /** Cleared once the caller has its answer. */
  resolve: (() => void) | undefined
  reject: ((error: Error) => void) | undefined
}

const recordOverhead = 96
const pauseAfterFailure = 100
/** Part of the deadline that the next one may have to wait for its turn. */
const patience = 0.5
/** Part of the deadline that one request should take at most. */
const share = 0.2
const smallestBatch = 16 * 1024

/**
 * A producer that makes its own batches: what arrives while a request is in flight is the next batch, so that it waits
 * as long as the broker is busy and not a moment longer. A batch goes to one partition, the next batch to the next one.
 */
export function createProducer(options: ProducerOptions): EventProducer {
  const {
    deadlineMs = 2500,
    maxQueued = 20_000,
    maxQueuedBytes = 32 * 1024 * 1024,
    maxBatchBytes = 512 * 1024,
    batchRecords,
  } = options
  const connection = connectProducer(options.kafka, deadlineMs)
  let queue: Entry[] = []
  let flying: Entry[] = []
  let records = 0
  let bytes = 0
  let sending = false
  let closing = false
  let lastError: unknown
  let acknowledgedAt = -Infinity
  let batchBytes = maxBatchBytes
  let lastTook = 0
  let expiry: NodeJS.Timeout | undefined
  let onIdle: (() => void) | undefined

  return {
    publish,
    pending: () => ({ records, bytes }),
    sinceAcknowledged: () => performance.now() - acknowledgedAt,
    close,
  }

  function publish(topic: string, { key, value, headers }: EventRecord): Promise<void> {
    const size = Buffer.byteLength(value) + recordOverhead
    const now = performance.now()
    if (closing || records >= maxQueued || bytes + size > maxQueuedBytes || isBehind(now)) {
      return Promise.reject(new OverloadedError(closing ? 'shutting down' : `${records} events are waiting for Kafka`))
    }
    return new Promise((resolve, reject) => {
      records += 1
      bytes += size
      queue.push({ topic, message: { key, value, headers }, bytes: size, expires: now + deadlineMs, resolve, reject })
      expiry ??= setTimeout(expire, deadlineMs)
      if (!sending) {
        sending = true
        setImmediate(sendAll)
      }
    })
  }

  // Served in order, all would wait for nearly the whole deadline, and be stored and yet answered too late.
  function isBehind(now: number): boolean {
    const [oldest] = queue
    if (oldest === undefined) return false
    const waited = deadlineMs - (oldest.expires - now)
    return Math.max(waited, (bytes / batchBytes) * lastTook) > deadlineMs * patience
  }

  // One request in flight. A failed batch goes back to the front of the queue until the deadline of its records.
  async function sendAll() {
    while (queue.length > 0) {
      flying = takeBatch()
      try {
        if (flying.length > 0) await deliver(flying)
        for (const entry of flying) settle(entry)
        flying = []
      } catch (error) {
        lastError = error
        queue = flying.filter((entry) => entry.resolve !== undefined).concat(queue)
        flying = []
        if (queue.length > 0) await new Promise((resolve) => setTimeout(resolve, pauseAfterFailure))
      }
    }
    sending = false
    onIdle?.()
  }

  function takeBatch(): Entry[] {
    let size = 0
    let count = 0
    for (const entry of queue) {
      size += entry.bytes
      if (count > 0 && size > batchBytes) break
      count += 1
    }
    const batch = queue.slice(0, count)
    queue = queue.slice(count)
    return batch.filter((entry) => entry.resolve !== undefined)
  }

  async function deliver(batch: Entry[]) {
    batchRecords?.observe(batch.length)
    const byTopic = Map.groupBy(batch, (entry) => entry.topic)
    const began = performance.now()
    try {
      await connection.send(
        [...byTopic].map(([topic, entries]) => ({ topic, messages: entries.map((entry) => entry.message) })),
      )
      acknowledgedAt = performance.now()
    } finally {
      fitBatch(batch, performance.now() - began)
    }
  }

  // On a slow connection a full batch would take the whole deadline, and the records of the next batch would miss theirs.
  function fitBatch(batch: Entry[], took: number) {
    lastTook = took
    if (took > deadlineMs * share) batchBytes = Math.max(smallestBatch, batchBytes / 2)
    else if (batch.reduce((sum, entry) => sum + entry.bytes, 0) > batchBytes / 2)
      batchBytes = Math.min(maxBatchBytes, batchBytes * 2)
  }

  // Deadlines are all of the same length, so that the oldest entries stand first.
  function expire() {
    const now = performance.now()
    for (const entries of [flying, queue]) {
      for (const entry of entries) {
        if (entry.expires > now) break
        settle(entry, new OutcomeUnknownError('Kafka did not acknowledge the event in time', { cause: lastError }))
      }
    }
    // what was answered must not pile up until the broker is back
    const first = queue.findIndex(isWaiting)
    if (first !== 0) queue = first < 0 ? [] : queue.slice(first)
    const oldest = flying.find(isWaiting) ?? queue[0]
    expiry = oldest && setTimeout(expire, Math.max(1, oldest.expires - now))
  }

  function settle(entry: Entry, error?: Error) {
    if (!isWaiting(entry)) return
    if (error) entry.reject?.(error)
    else entry.resolve?.()
    entry.resolve = entry.reject = undefined
    records -= 1
    bytes -= entry.bytes
  }

  async function close() {
    closing = true
    if (sending) await new Promise<void>((resolve) => (onIdle = resolve))
    clearTimeout(expiry)
    await connection.close()
  }
}

function isWaiting(entry: Entry): boolean {
  return entry.resolve !== undefined
}
