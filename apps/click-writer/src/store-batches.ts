import { type BatchOutcome, type BatchStore, classifyError } from '@ads-tracker/data'
import type { TopicPartition } from '@ads-tracker/kafka'
import type { Logger } from '@ads-tracker/service-kit'
import type { WriterMetrics } from './metrics.ts'
import { halves, type PartitionBatch, sizeOf } from './partition-batch.ts'
import { moveToDeadLetters, toBatch } from './to-batch.ts'

export type Applied = Extract<BatchOutcome, { status: 'applied' }>
export type Gap = TopicPartition & { expected: bigint; found: bigint }

interface StoreDeps {
  store: Pick<BatchStore, 'apply'>
  log: Logger
  metrics: WriterMetrics
  onApplied: (applied: Applied) => void
  onGap: (gap: Gap) => void
  /** True once the process is stopping: what is not stored by then is read again by the next one. */
  isStopping: () => boolean
  pause?: (ms: number) => Promise<void>
}

const shortestPause = 100
const longestPause = 5000

/**
 * Stores batches: retries during an outage, halves a batch that takes too long, and moves the one event that the database
 * rejects to dead letters. Nothing is skipped. Returns when everything is stored or reported as a gap.
 */
export async function storeBatches(batches: PartitionBatch[], deps: StoreDeps): Promise<void> {
  const { store, log, metrics, isStopping, pause = sleep } = deps
  for (let attempt = 0; batches.length > 0 && !isStopping(); attempt += 1) {
    let outcome: BatchOutcome
    try {
      outcome = await store.apply(toBatch(batches))
    } catch (error) {
      const action = classifyError(error)
      metrics.retries.inc({ action })
      const divisible = action === 'halve' || action === 'split'
      if (divisible && sizeOf(batches) > 1) return storeHalves(batches, deps)
      if (action === 'split' && moveRejected(batches, error)) continue
      log[action === 'retry' ? 'warn' : 'error']({ err: error, action, attempt }, retryMessage[action])
      // a single event that takes too long is not moved to dead letters; a dead letter that is rejected needs an operator
      await pause(backoff(attempt, divisible || action === 'stop'))
      continue
    }
    if (outcome.status === 'applied') return deps.onApplied(outcome)
    if (outcome.status === 'gap') batches = withoutGaps(batches, outcome.gaps, deps.onGap)
    else markUnknownAds(batches, outcome.rows)
    attempt = -1
  }
}

// In offset order: the second half begins where the first one ends.
async function storeHalves(batches: PartitionBatch[], deps: StoreDeps): Promise<void> {
  for (const half of halves(batches)) await storeBatches(half, deps)
}

function moveRejected(batches: PartitionBatch[], error: unknown): boolean {
  const record = batches[0]?.records[0]
  if (record === undefined || record.deadLetter) return false
  moveToDeadLetters(record, 'rejected_by_database', messageOf(error))
  return true
}

const retryMessage = {
  split: 'the database rejects a dead letter; retrying',
  halve: 'storing one event exceeded the statement timeout; retrying',
  retry: 'could not store the batch; retrying',
  retry_alarm: 'unexpected database error; retrying',
  stop: 'the database rejects this configuration; writes are paused until this is fixed',
}

function withoutGaps(batches: PartitionBatch[], gaps: Gap[], onGap: (gap: Gap) => void): PartitionBatch[] {
  gaps.forEach(onGap)
  return batches.filter(
    (batch) => !gaps.some(({ topic, partition }) => topic === batch.topic && partition === batch.partition),
  )
}

function markUnknownAds(batches: PartitionBatch[], rows: { range: number; offset: bigint }[]) {
  for (const { range, offset } of rows) {
    const batch = batches[range] as PartitionBatch
    const record = batch.records[Number(offset - batch.first)]
    if (record) moveToDeadLetters(record, 'unknown_ad', `ad ${record.event?.ad_id} does not exist`)
  }
}

// With jitter, so that writers that lost the same database do not all reconnect at the same moment.
function backoff(attempt: number, slowly: boolean): number {
  const longest = slowly ? longestPause : Math.min(longestPause, shortestPause * 2 ** attempt)
  return longest / 2 + (Math.random() * longest) / 2
}

function messageOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).slice(0, 500)
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
