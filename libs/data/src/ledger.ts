import { opened } from './database.ts'
import type { Database } from './database.ts'

export interface LedgerRow {
  topic: string
  partition: number
  firstOffset: bigint
  nextOffset: bigint
  counted: bigint
  duplicates: bigint
  conflicts: bigint
  deadLetters: bigint
  recovered: bigint
  completeThrough: Date | null
  /** Records that were read less those that are accounted for: 0, or the book is off. */
  imbalance: bigint
}

export interface Ledger {
  rows: LedgerRow[]
  /** All clicks and impressions of the totals, and what is not folded into them yet. */
  totals: bigint
  /** What the fold has not added to the rollups yet. Readers add it themselves. */
  unfolded: { rows: number; oldestSeconds: number }
  /** What was counted and recovered, in open and closed ledger rows. */
  booked: bigint
  /** The imbalance, over all ledger rows and against the totals: 0. */
  imbalance: number
  /** The earliest mark of all partitions; null while one has none. */
  completeThrough: Date | null
  /** Dead letters that were not replayed, counted up to {@link countedDeadLetters}. */
  pendingDeadLetters: number
  /** Texts in the dictionary of user agents. */
  userAgents: number
}

/** More dead letters than this are not counted: there may be millions, and the ledger is read every few seconds. */
export const countedDeadLetters = 100_000

/** The books, from one snapshot. */
export async function readLedger(database: Database): Promise<Ledger> {
  const [row] = await opened(database).sql<[LedgerSums]>`
    select (select coalesce(sum(clicks + impressions), 0) from ad_total_counts) as totals,
           (select count(*) from rollup_deltas where folded_at is null) as unfolded,
           (select coalesce(extract(epoch from clock_timestamp() - min(created_at)), 0) from rollup_deltas where folded_at is null) as oldest,
           (select coalesce(sum(counted + recovered), 0) from closed_books) as closed,
           (select count(*) from (select from dead_letters where replayed_at is null limit ${countedDeadLetters}) as letters) as pending,
           (select entries from user_agent_limit) as agents,
           (select coalesce(json_agg(json_build_array(
              topic, partition, first_offset::text, next_offset::text, counted::text, duplicates::text, conflicts::text, dead_letters::text,
              recovered::text, extract(epoch from complete_through) * 1000) order by topic, partition), '[]')::text from ledger) as books`
  const rows = (JSON.parse(row.books) as Book[]).map(toRow)
  const totals = BigInt(row.totals)
  const booked = rows.reduce((sum, { counted, recovered }) => sum + counted + recovered, BigInt(row.closed))
  const off = rows.reduce((sum, { imbalance }) => sum + magnitude(imbalance), magnitude(totals - booked))
  return {
    rows,
    totals,
    unfolded: { rows: Number(row.unfolded), oldestSeconds: Math.max(0, Number(row.oldest)) },
    booked,
    imbalance: Number(off),
    completeThrough: earliest(rows),
    pendingDeadLetters: Number(row.pending),
    userAgents: row.agents,
  }
}

interface LedgerSums {
  totals: string
  unfolded: string
  oldest: string
  closed: string
  pending: string
  agents: number
  books: string
}

type Book = [
  topic: string,
  partition: number,
  ...sums: [string, string, string, string, string, string, string],
  mark: number | null,
]

function toRow([
  topic,
  partition,
  first,
  next,
  counted,
  duplicates,
  conflicts,
  deadLetters,
  recovered,
  mark,
]: Book): LedgerRow {
  const row = {
    firstOffset: BigInt(first),
    nextOffset: BigInt(next),
    counted: BigInt(counted),
    duplicates: BigInt(duplicates),
    conflicts: BigInt(conflicts),
    deadLetters: BigInt(deadLetters),
    recovered: BigInt(recovered),
  }
  const accounted = row.counted + row.duplicates + row.conflicts + row.deadLetters
  const imbalance = row.nextOffset - row.firstOffset - accounted
  return { topic, partition, ...row, completeThrough: mark === null ? null : new Date(mark), imbalance }
}

function earliest(rows: LedgerRow[]): Date | null {
  const mark = Math.min(...rows.map(({ completeThrough }) => completeThrough?.getTime() ?? Number.NEGATIVE_INFINITY))
  return Number.isFinite(mark) ? new Date(mark) : null
}

function magnitude(value: bigint): bigint {
  return value < 0n ? -value : value
}
