import { type Batch, type BatchOutcome } from '@ads-tracker/data'
import { createLogger } from '@ads-tracker/service-kit'
import { Registry } from 'prom-client'
import { describe, expect, it } from 'vitest'
import { createWriterMetrics } from '../src/metrics.ts'
import { type PartitionBatch } from '../src/partition-batch.ts'
import { storeBatches } from '../src/store-batches.ts'
import { aBatch } from './records.ts'

const sqlError = (code: string) => Object.assign(new Error(`SQLSTATE ${code}`), { code })

/** Stores batches on a database that does what `answer` says; tells what was stored, in order, and how it waited. */
async function storing(
  batches: PartitionBatch[],
  answer: (batch: Batch, call: number) => BatchOutcome | Error | undefined,
) {
  const applied: Batch[] = []
  const gaps: unknown[] = []
  const pauses: number[] = []
  let calls = 0
  await storeBatches(batches, {
    store: {
      async apply(batch) {
        const outcome = answer(batch, (calls += 1))
        if (outcome instanceof Error) throw outcome
        if (outcome) return outcome
        applied.push(batch)
        return { status: 'applied', partitions: [] }
      },
    },
    log: createLogger('test', 'silent'),
    metrics: createWriterMetrics(new Registry()),
    onApplied: () => {},
    onGap: (gap) => gaps.push(gap),
    isStopping: () => calls > 100,
    pause: async (ms) => void pauses.push(ms),
  })
  const offsets = applied.flatMap((batch) =>
    [...batch.events, ...batch.deadLetters].map(({ offset }) => Number(offset)),
  )
  const deadLetters = applied.flatMap((batch) =>
    batch.deadLetters.map(({ offset, reason }) => [Number(offset), reason]),
  )
  return { applied, offsets, deadLetters, gaps, pauses, calls }
}

describe('storing batches', () => {
  it.each(['08006', '57P01', '53300', '40001', '40P01', '55P03', 'ECONNREFUSED', '25006', 'XX000'])(
    'waits out %s and skips nothing',
    async (code) => {
      const { offsets, pauses } = await storing([aBatch(0, 0, 3)], (_batch, call) =>
        call < 5 ? sqlError(code) : undefined,
      )
      expect(offsets).toEqual([0, 1, 2])
      expect(pauses.length).toBe(4)
      expect(Math.max(...pauses)).toBeLessThanOrEqual(5000)
    },
  )

  it('finds the one event that the database refuses, moves it alone to dead letters, and keeps the order', async () => {
    const refuses = (batch: Batch) => batch.events.some(({ offset }) => offset === 5n)
    const { offsets, deadLetters } = await storing([aBatch(0, 0, 8)], (batch) =>
      refuses(batch) ? sqlError('22021') : undefined,
    )
    expect(offsets).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
    expect(deadLetters).toEqual([[5, 'rejected_by_database']])
  })

  it('halves what takes too long and moves nothing to dead letters', async () => {
    const { offsets, deadLetters } = await storing([aBatch(0, 0, 8)], (batch) =>
      batch.events.length > 2 ? sqlError('57014') : undefined,
    )
    expect(offsets).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
    expect(deadLetters).toEqual([])
  })

  it.each([sqlError('54000'), new RangeError('Invalid string length')])(
    'halves what is too large for one statement: %s',
    async (error) => {
      const { offsets, deadLetters } = await storing([aBatch(0, 0, 8)], (batch) =>
        batch.events.length > 2 ? error : undefined,
      )
      expect(offsets).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
      expect(deadLetters).toEqual([])
    },
  )

  it.each([sqlError('54000'), new RangeError('Invalid time value')])(
    'moves the one event that is refused alone as well to dead letters, and does not repeat it for ever: %s',
    async (error) => {
      const { offsets, deadLetters } = await storing([aBatch(0, 0, 4)], (batch) =>
        batch.events.some(({ offset }) => offset === 2n) ? error : undefined,
      )
      expect(offsets).toEqual([0, 1, 2, 3])
      expect(deadLetters).toEqual([[2, 'rejected_by_database']])
    },
  )

  it('does not store a batch again because what follows its commit fails', async () => {
    let applied = 0
    const stored = storeBatches([aBatch(0, 0, 1)], {
      store: {
        async apply() {
          applied += 1
          return { status: 'applied', partitions: [] }
        },
      },
      log: createLogger('test', 'silent'),
      metrics: createWriterMetrics(new Registry()),
      onApplied() {
        throw new Error('a defect behind the commit')
      },
      onGap: () => {},
      isStopping: () => applied > 1,
      pause: async () => {},
    })
    await expect(stored).rejects.toThrow('a defect behind the commit')
    expect(applied).toBe(1)
  })

  it('moves events of ads that do not exist to dead letters, with their bytes, and stores their neighbours', async () => {
    const { applied, deadLetters } = await storing([aBatch(0, 10, 3)], (batch) =>
      batch.deadLetters.length === 0 ? { status: 'unknown_ads', rows: [{ range: 0, offset: 11n }] } : undefined,
    )
    expect(deadLetters).toEqual([[11, 'unknown_ad']])
    expect(applied[0]?.deadLetters[0]?.value?.toString()).toContain('"ad_id":1')
    expect(applied[0]?.events.map(({ offset }) => offset)).toEqual([10n, 12n])
  })

  it('stores the other partitions when one has a gap', async () => {
    const gap = { topic: 'clicks', partition: 0, expected: 3n, found: 9n }
    const { applied, gaps } = await storing([aBatch(0, 9, 1), aBatch(1, 0, 2)], (batch) =>
      batch.ranges.some(({ partition }) => partition === 0) ? { status: 'gap', gaps: [gap] } : undefined,
    )
    expect(gaps).toEqual([gap])
    expect(applied[0]?.ranges.map(({ partition }) => partition)).toEqual([1])
  })

  it('moves nothing to dead letters while the configuration is wrong', async () => {
    const { offsets, deadLetters } = await storing([aBatch(0, 0, 4)], (_batch, call) =>
      call < 4 ? sqlError('42501') : undefined,
    )
    expect(offsets).toEqual([0, 1, 2, 3])
    expect(deadLetters).toEqual([])
  })

  it('ends without storing when the process is to stop', async () => {
    const { offsets, calls } = await storing([aBatch(0, 0, 4)], () => sqlError('08006'))
    expect(offsets).toEqual([])
    expect(calls).toBe(101)
  })
})
