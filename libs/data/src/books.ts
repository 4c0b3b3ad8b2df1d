import type { DeadLetterReason } from '@ads-tracker/events'
import type { Database } from './database.ts'
import { countDeadLetters } from './dead-letters.ts'
import { type LedgerRow, readLedger } from './ledger.ts'

/** The ledger in sums over all partitions. */
export interface Books {
  balanced: boolean
  off_by: number
  counted: number
  duplicates: number
  conflicts: number
  dead_letters: number
  /** Those that were not replayed. */
  waiting_dead_letters: { reason: DeadLetterReason; count: number }[]
  complete_through: Date | null
}

export async function readBooks(database: Database): Promise<Books> {
  const [{ rows, imbalance, completeThrough, booked }, waiting] = await Promise.all([
    readLedger(database),
    countDeadLetters(database, { pending: true }),
  ])
  const sum = (of: (row: LedgerRow) => bigint) => Number(rows.reduce((sum, row) => sum + of(row), 0n))
  return {
    balanced: imbalance === 0,
    off_by: imbalance,
    counted: Number(booked),
    duplicates: sum(({ duplicates }) => duplicates),
    conflicts: sum(({ conflicts }) => conflicts),
    dead_letters: sum(({ deadLetters }) => deadLetters),
    waiting_dead_letters: waiting.map(({ reason, total }) => ({ reason, count: total })),
    complete_through: completeThrough,
  }
}
