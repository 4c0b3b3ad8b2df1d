import { numberOf } from '../database.ts'
import type { System } from '../system.ts'
import { until } from '../until.ts'
import { type JournalMark, loadJournal } from './load-journal.ts'
import { questions } from './questions.ts'

export type DeadLetterReason = 'undecodable' | 'schema_invalid' | 'unknown_ad' | 'rejected_by_database'
export type Expected = Partial<Record<DeadLetterReason | 'recovered', number>>

type Counts = Record<keyof typeof questions, number> & {
  /** Distinct events that were answered with 202. */
  acknowledged: number
  unknown: number
  stored: number
  duplicates: number
  /** Records of the log that no book knows yet. */
  unread: number
  /** Partitions whose book is ahead of their log. */
  ahead: number
  /** By reason, where their number is not the expected one: what is too much or missing. */
  deadLetters: number
}

export interface Verdict {
  counts: Counts
  /** What is wrong, in words; empty when every promise was kept. */
  wrong: string[]
}

/** Waits until every book has reached the end of its log. False when that does not happen in time. */
export async function drained(system: System, within: number): Promise<boolean> {
  const isDone = async () => {
    const { unread, ahead } = await distance(system)
    return unread === 0 && ahead === 0
  }
  return until('the ledger reaches the end of the log', isDone, { within, every: 100 }).then(
    () => true,
    () => false,
  )
}

/** Compares what clients were told with what is stored. To be asked when everything has healed and the lag is 0. */
export function createOracle(system: System) {
  const { sql } = system
  const mark: JournalMark = { bytes: 0 }

  return async function examine(expected: Expected = {}): Promise<Verdict> {
    await loadJournal(sql, system.journal.file, mark)
    await sql`analyze chaos.sent`
    const asked = await Promise.all(
      Object.entries(questions).map(async ([name, ask]) => [name, await numberOf(ask(sql))] as const),
    )
    const counts = {
      ...(Object.fromEntries(asked) as Record<keyof typeof questions, number>),
      acknowledged: await numberOf(sql`select count(distinct (type, event_id)) from chaos.sent where outcome = 'ok'`),
      unknown: await numberOf(sql`select count(*) from chaos.sent where outcome = 'unknown'`),
      stored: await numberOf(sql`select count(*) from chaos.stored`),
      duplicates: await numberOf(sql`select sum(duplicates) from ledger`),
      ...(await distance(system)),
      deadLetters: await unexpectedDeadLetters(system, expected),
    }
    counts.recovered -= expected.recovered ?? 0
    // what readers see must be right before a fold and after it
    await foldAll(system)
    for (const name of rollups) counts[name] = Math.max(counts[name], await numberOf(questions[name](sql)))
    return { counts, wrong: explain(counts) }
  }
}

const rollups = ['doubled', 'minutes', 'hours', 'days', 'totals'] as const

/** Adds to the rollups all that batches have appended, as the writer does it when it is due. */
async function foldAll({ sql }: System): Promise<void> {
  for (let more = true; more;) {
    const [done] = await sql<
      { more: boolean; busy: boolean }[]
    >`select more, busy from fold_rollups_v1(0, 0, 1000, 100000)`
    more = done?.more === true || done?.busy === true
  }
}

async function distance({ books, broker }: System): Promise<{ unread: number; ahead: number }> {
  const read = await books()
  const distances = (await broker.ends()).map(({ name, high }) => Number(high - (read.get(name) ?? 0n)))
  return {
    unread: distances.reduce((sum, each) => sum + Math.max(0, each), 0),
    ahead: distances.filter((each) => each < 0).length,
  }
}

async function unexpectedDeadLetters({ sql }: System, expected: Expected): Promise<number> {
  const rows = await sql<
    { reason: DeadLetterReason; count: string }[]
  >`select reason, count(*) from dead_letters group by reason`
  const found = new Map(rows.map(({ reason, count }) => [reason, Number(count)]))
  const reasons: DeadLetterReason[] = ['undecodable', 'schema_invalid', 'unknown_ad', 'rejected_by_database']
  return reasons.reduce((sum, reason) => sum + Math.abs((found.get(reason) ?? 0) - (expected[reason] ?? 0)), 0)
}

const words: Partial<Record<keyof Counts, string>> = {
  lost: 'acknowledged events are neither stored nor dead letters',
  doubled: 'events were counted more than once',
  minutes: 'ads and minutes whose sums differ from the events',
  hours: 'ads and hours whose sums differ from the events',
  days: 'ads and days whose sums differ from the events',
  totals: 'ads whose totals differ from the events',
  foreign: 'events are stored that were not sent',
  altered: 'events are stored otherwise than they were sent',
  imbalance: 'is what the ledger is off by',
  recovered: 'events were stored below the position of the ledger',
  unread: 'records of the log are not in the ledger',
  ahead: 'partitions whose ledger is ahead of the log',
  deadLetters: 'dead letters too many or too few',
}

function explain(counts: Counts): string[] {
  return Object.entries(words).flatMap(([name, text]) => {
    const count = counts[name as keyof Counts]
    return count === 0 ? [] : [`${count} ${text}`]
  })
}
