import { type BatchOutcome, type BatchStore, classifyError } from '@ads-tracker/data'
import type { TopicPartition } from '@ads-tracker/kafka'
import type { Logger } from '@ads-tracker/service-kit'
import type { WriterMetrics } from './metrics.ts'
import { halves, type Piece, sizeOf } from './piece.ts'
import { moveToDeadLetters, toBatch } from './to-batch.ts'

export type Applied = Extract<BatchOutcome, { status: 'applied' }>
export type Gap = TopicPartition & { expected: bigint; found: bigint }

export interface StoreDeps {
  store: Pick<BatchStore, 'apply'>
  log: Logger
  metrics: WriterMetrics
  onApplied: (applied: Applied) => void
  onGap: (gap: Gap) => void
  /** True once the process should end: what is not stored by then is read again by the next one. */
  isStopping: () => boolean
  pause?: (ms: number) => Promise<void>
}

const shortestPause = 100
const longestPause = 5000

/**
 * Stores pieces, whatever it takes: waits out an outage, halves what takes too long, and isolates the one event that the
 * database refuses. Only infrastructure makes it wait; nothing is skipped. It returns when all is stored or is a gap.
 */
export async function storePieces(pieces: Piece[], deps: StoreDeps): Promise<void> {
  const { store, log, metrics, isStopping, pause = sleep } = deps
  for (let attempt = 0; pieces.length > 0 && !isStopping(); attempt += 1) {
    let outcome: BatchOutcome
    try {
      outcome = await store.apply(toBatch(pieces))
    } catch (error) {
      const action = classifyError(error)
      metrics.retries.inc({ action })
      const divisible = action === 'halve' || action === 'split'
      if (divisible && sizeOf(pieces) > 1) return storeHalves(pieces, deps)
      if (action === 'split' && moveRejected(pieces, error)) continue
      log[action === 'retry' ? 'warn' : 'error']({ err: error, action, attempt }, retryMessage[action])
      // one event that takes too long is not at fault, and what is refused even as a dead letter needs a human
      await pause(backoff(attempt, divisible || action === 'stop'))
      continue
    }
    if (outcome.status === 'applied') return deps.onApplied(outcome)
    if (outcome.status === 'gap') pieces = withoutGaps(pieces, outcome.gaps, deps.onGap)
    else markUnknownAds(pieces, outcome.rows)
    attempt = -1
  }
}

// In offset order: the second half begins where the first one ends.
async function storeHalves(pieces: Piece[], deps: StoreDeps): Promise<void> {
  for (const half of halves(pieces)) await storePieces(half, deps)
}

function moveRejected(pieces: Piece[], error: unknown): boolean {
  const entry = pieces[0]?.entries[0]
  if (entry === undefined || entry.dead) return false
  moveToDeadLetters(entry, 'rejected_by_database', messageOf(error))
  return true
}

const retryMessage = {
  split: 'the database rejects a dead letter; retrying',
  halve: 'storing one event exceeded the statement timeout; retrying',
  retry: 'could not store the batch; retrying',
  retry_alarm: 'unexpected database error; retrying',
  stop: 'the database rejects this configuration; writes are paused until this is fixed',
}

function withoutGaps(pieces: Piece[], gaps: Gap[], onGap: (gap: Gap) => void): Piece[] {
  gaps.forEach(onGap)
  return pieces.filter(
    (piece) => !gaps.some(({ topic, partition }) => topic === piece.topic && partition === piece.partition),
  )
}

function markUnknownAds(pieces: Piece[], rows: { range: number; offset: bigint }[]) {
  for (const { range, offset } of rows) {
    const piece = pieces[range] as Piece
    const entry = piece.entries[Number(offset - piece.first)]
    if (entry) moveToDeadLetters(entry, 'unknown_ad', `there is no ad ${entry.event?.ad_id}`)
  }
}

// Full jitter: writers that lost the same database do not come back at the same moment.
function backoff(attempt: number, slowly: boolean): number {
  const most = slowly ? longestPause : Math.min(longestPause, shortestPause * 2 ** attempt)
  return most / 2 + (Math.random() * most) / 2
}

function messageOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).slice(0, 500)
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
