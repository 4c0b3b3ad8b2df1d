import type { Histogram } from 'prom-client'
import type { Kafka } from './client.ts'
import type { OutgoingRecord } from './fast-path/record-batch.ts'
import { connectProducer } from './producer-connection.ts'

export type EventRecord = OutgoingRecord

export interface ProducerOptions {
  /** Creates the kafkajs client; called again when a hung broker needs a new connection. */
  kafka: () => Kafka
  /** Milliseconds in which `publish` resolves or rejects. */
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
   * @throws OutcomeUnknownError when the deadline has passed: the record may or may not be stored
   */
  publish(topic: string, record: EventRecord): Promise<void>
  /** Records and bytes that wait for the acknowledgement of the broker. */
  pending(): { records: number; bytes: number }
  /** Milliseconds since the broker last acknowledged a batch; Infinity when it never did. */
  sinceAcknowledged(): number
  /** Waits for accepted records, then disconnects. */
  close(): Promise<void>
}

/** The queue is full: nothing was sent. */
export class OverloadedError extends Error {
  readonly code = 'overloaded'
}

/** The broker did not answer in time: the record may or may not be stored. */
export class OutcomeUnknownError extends Error {
  readonly code = 'outcome_unknown'
}

interface PendingRecord {
  topic: string
  message: OutgoingRecord
  bytes: number
  expires: number
  /** Cleared once `publish` has resolved or rejected. */
  resolve: (() => void) | undefined
  reject: ((error: Error) => void) | undefined
}

const recordOverhead = 96
const pauseAfterFailureMs = 100
/** Part of the deadline that a new record may have to wait in the queue. */
const maxWaitShare = 0.5
/** Part of the deadline that one request should take at most. */
const maxRequestShare = 0.2
const minBatchBytes = 16 * 1024

/**
 * A producer that makes its own batches: records that arrive while a request is in flight are the next batch, so they wait no
 * longer than the request takes. A batch goes to one partition, the next batch to the next one.
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
  let queue: PendingRecord[] = []
  let inFlight: PendingRecord[] = []
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

  // Without this limit every record would wait for nearly the whole deadline, and many would be stored after their 503.
  function isBehind(now: number): boolean {
    const [oldest] = queue
    if (oldest === undefined) return false
    const waited = deadlineMs - (oldest.expires - now)
    return Math.max(waited, (bytes / batchBytes) * lastTook) > deadlineMs * maxWaitShare
  }

  // One request in flight. A failed batch is put back at the front of the queue until the deadline of its records.
  async function sendAll() {
    while (queue.length > 0) {
      inFlight = takeBatch()
      try {
        if (inFlight.length > 0) await deliver(inFlight)
        for (const record of inFlight) settle(record)
        inFlight = []
      } catch (error) {
        lastError = error
        queue = inFlight.filter((record) => record.resolve !== undefined).concat(queue)
        inFlight = []
        if (queue.length > 0) await new Promise((resolve) => setTimeout(resolve, pauseAfterFailureMs))
      }
    }
    sending = false
    onIdle?.()
  }

  function takeBatch(): PendingRecord[] {
    let size = 0
    let count = 0
    for (const record of queue) {
      size += record.bytes
      if (count > 0 && size > batchBytes) break
      count += 1
    }
    const batch = queue.slice(0, count)
    queue = queue.slice(count)
    return batch.filter((record) => record.resolve !== undefined)
  }

  async function deliver(batch: PendingRecord[]) {
    batchRecords?.observe(batch.length)
    const byTopic = Map.groupBy(batch, (record) => record.topic)
    const began = performance.now()
    try {
      await connection.send(
        [...byTopic].map(([topic, pending]) => ({ topic, messages: pending.map((record) => record.message) })),
      )
      acknowledgedAt = performance.now()
    } finally {
      fitBatch(batch, performance.now() - began)
    }
  }

  // On a slow connection a full batch would take the whole deadline, and the records of the next batch would miss theirs.
  function fitBatch(batch: PendingRecord[], took: number) {
    lastTook = took
    if (took > deadlineMs * maxRequestShare) batchBytes = Math.max(minBatchBytes, batchBytes / 2)
    else if (batch.reduce((sum, record) => sum + record.bytes, 0) > batchBytes / 2)
      batchBytes = Math.min(maxBatchBytes, batchBytes * 2)
  }

  // All deadlines have the same length, so the queue is in the order of expiry.
  function expire() {
    const now = performance.now()
    for (const pending of [inFlight, queue]) {
      for (const record of pending) {
        if (record.expires > now) break
        settle(record, new OutcomeUnknownError('Kafka did not acknowledge the event in time', { cause: lastError }))
      }
    }
    // expired records must not accumulate until the broker is back
    const first = queue.findIndex(isWaiting)
    if (first !== 0) queue = first < 0 ? [] : queue.slice(first)
    const oldest = inFlight.find(isWaiting) ?? queue[0]
    expiry = oldest && setTimeout(expire, Math.max(1, oldest.expires - now))
  }

  function settle(record: PendingRecord, error?: Error) {
    if (!isWaiting(record)) return
    if (error) record.reject?.(error)
    else record.resolve?.()
    record.resolve = record.reject = undefined
    records -= 1
    bytes -= record.bytes
  }

  async function close() {
    closing = true
    if (sending) await new Promise<void>((resolve) => (onIdle = resolve))
    clearTimeout(expiry)
    await connection.close()
  }
}

function isWaiting(record: PendingRecord): boolean {
  return record.resolve !== undefined
}
