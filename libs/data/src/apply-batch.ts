import { type AdEvent, partitionName } from '@ads-tracker/events'
import type { Batch, BatchOutcome, EventRow, OffsetRange } from './batch.ts'
import {
  applyBatchStatement,
  batchParameters,
  type BatchParameters,
  everythingSuspected,
  type Suspicion,
} from './batch-parameters.ts'
import { codeOf } from './classify-error.ts'
import type { DuplicateFilter } from './duplicate-filter.ts'

interface ApplierDeps {
  filter: DuplicateFilter
  run: <T>(statement: string, parameters: BatchParameters['parameters']) => Promise<T[]>
}

interface Applied {
  status: 'applied'
  /** Of the ledger, before this batch. */
  positions: string[]
  counted: number[]
  /** Of each slice, as those below; null: none. */
  duplicates: number[] | null
  conflicts: number[] | null
  dead_letters: number[] | null
  recovered: number[] | null
}

type Answer =
  | Applied
  | { status: 'gap'; gaps: { slice: number; expected: string; found: string }[] }
  | { status: 'redelivered'; positions: string[] }
  | { status: 'unknown_ads'; ads: number[]; rows: [place: number, offset: string][] }

/**
 * Applies batches through one connection. Events that may be repeats are told apart from those that are plainly inserted; where that
 * was wrong or led to a deadlock, the statement has written nothing, and the batch is applied again with every event as a possible repeat.
 */
export function createBatchApplier({ filter, run }: ApplierDeps): (batch: Batch) => Promise<BatchOutcome> {
  /** Where the ledger was seen last. */
  const positions = new Map<string, bigint>()
  /** Plain events of a batch that was refused for an unknown ad: the filter knows them now, the database does not. */
  let refused = new Set<AdEvent>()
  return apply

  async function apply(batch: Batch): Promise<BatchOutcome> {
    const before = refused
    refused = new Set()
    const byFilter: Suspicion = {
      plainFrom: (range) => positions.get(partitionName(range)) ?? range.firstOffset,
      mayBeKnown: (type, event) => filter.add(type, event.event_id) && !before.has(event),
    }
    const first = await attempt(batch, byFilter)
    if (first !== 'suspect_all') return first
    const second = await attempt(batch, everythingSuspected)
    if (second === 'suspect_all') throw new Error('apply_batch_v2 refuses suspects')
    return second
  }

  async function attempt(batch: Batch, suspicion: Suspicion): Promise<BatchOutcome | 'suspect_all'> {
    const made = batchParameters(batch, suspicion)
    let answer: Answer
    try {
      const [row] = await run<{ outcome: string }>(applyBatchStatement, made.parameters)
      answer = JSON.parse(row?.outcome ?? 'null') as Answer
    } catch (error) {
      if (endsWithSuspects(error) && made.suspects.length < batch.events.length) return 'suspect_all'
      throw error
    }
    if (answer.status === 'redelivered') {
      answer.positions.forEach((position, place) => remember(rangeAt(batch, made, place + 1), BigInt(position)))
      return 'suspect_all'
    }
    if (answer.status === 'unknown_ads') refused = plainEvents(batch, made)
    if (answer.status === 'applied') return readApplied(answer, batch, made)
    return readRefusal(answer, batch, made)
  }

  function readApplied(answer: Applied, batch: Batch, { ordered }: BatchParameters): BatchOutcome {
    const partitions = ordered.map((index, place) => {
      const range = batch.ranges[index] as OffsetRange
      const nextOffset = later(range.nextOffset, BigInt(answer.positions[place] as string))
      remember(range, nextOffset)
      return {
        topic: range.topic,
        partition: range.partition,
        nextOffset,
        counted: answer.counted[place] as number,
        duplicates: answer.duplicates?.[place] ?? 0,
        conflicts: answer.conflicts?.[place] ?? 0,
        deadLetters: answer.dead_letters?.[place] ?? 0,
        recovered: answer.recovered?.[place] ?? 0,
      }
    })
    return { status: 'applied', partitions }
  }

  function remember(range: OffsetRange, position: bigint) {
    positions.set(partitionName(range), position)
  }
}

// The function calls a range a slice and names it by its place in the statement; the caller by its place in the batch.
function readRefusal(
  answer: Extract<Answer, { status: 'gap' | 'unknown_ads' }>,
  batch: Batch,
  made: BatchParameters,
): BatchOutcome {
  if (answer.status === 'gap') {
    const gaps = answer.gaps.map(({ slice, expected, found }) => {
      const { topic, partition } = rangeAt(batch, made, slice)
      return { topic, partition, expected: BigInt(expected), found: BigInt(found) }
    })
    return { status: 'gap', gaps }
  }
  const ads = new Set(answer.ads)
  const suspects = new Set(made.suspects)
  const plain = batch.events.filter((row) => ads.has(row.event.ad_id) && !suspects.has(row))
  return {
    status: 'unknown_ads',
    rows: [
      ...plain.map(({ range, offset }) => ({ range, offset })),
      ...answer.rows.map(([place, offset]) => ({ range: made.ordered[place - 1] as number, offset: BigInt(offset) })),
    ],
  }
}

function plainEvents({ events }: Batch, made: BatchParameters): Set<AdEvent> {
  const suspects = new Set<EventRow>(made.suspects)
  return new Set(events.filter((row) => !suspects.has(row)).map(({ event }) => event))
}

function rangeAt({ ranges }: Batch, { ordered }: BatchParameters, place: number): OffsetRange {
  return ranges[ordered[place - 1] as number] as OffsetRange
}

// 23505: a plain event is known. 40P01: plain events and suspects are each inserted in the order of their ids, one after the other, so
// that two batches which share ids of both may wait for each other; suspects alone have one order.
function endsWithSuspects(error: unknown): boolean {
  return ['23505', '40P01'].includes(codeOf(error))
}

function later(a: bigint, b: bigint): bigint {
  return a > b ? a : b
}
