import postgres from 'postgres'
import type { Sql } from 'postgres'
import { arrayOf, quoted } from './array-literal.ts'
import type { Batch, BatchOutcome } from './batch.ts'
import { createBatchApplier } from './apply-batch.ts'
import type { Tls } from './database.ts'
import { createDuplicateFilter, type DuplicateFilter } from './duplicate-filter.ts'
import { codeOf } from './classify-error.ts'
import { withDeadline } from './deadline.ts'
import { UnsafeSettingsError } from './errors.ts'

interface BatchStoreOptions {
  url: string
  /** The server gives up on a statement after this; 8 s by default. */
  statementTimeoutMs?: number
  /** We give up on the connection after this; 10 s by default, and more than the server's time. */
  deadlineMs?: number
  ssl?: Tls
  name?: string
  /** Remembers the ids that were stored lately; stores of one process share it. */
  filter?: DuplicateFilter
}

/** What is known of the log's end: everything before `end` was acknowledged at the time of asking, or earlier. */
export interface LogEnd {
  topic: string
  partition: number
  end: bigint
}

/** When a fold is due: at so many entries that wait, or at this age of the oldest. 0 and 0: always. */
export interface FoldDue {
  entries: number
  ageMs: number
}

export interface BatchStore {
  /**
   * Applies a batch in one statement: all of it or nothing, however often it is repeated. Rejects with the driver's error,
   * a DeadlineError (the outcome is unknown, apply it again) or an UnsafeSettingsError; see {@link classifyError}.
   */
  apply(batch: Batch): Promise<BatchOutcome>
  /**
   * Sets `complete_through` to `at` for each partition whose book has reached its end. `at` is a time of {@link now} that was taken
   * before the ends were asked for; the database refuses one that lies ahead of its clock. Answers those whose book is ahead of `end`: ask for the end again before believing that the log is shorter.
   */
  advanceCompleteThrough(report: { at: Date; ends: LogEnd[] }): Promise<{ behind: (LogEnd & { nextOffset: bigint })[] }>
  /** The database's clock, to which the complete-through mark refers. */
  now(): Promise<Date>
  /** Creates the ledger rows of partitions that have none, at offset 0. */
  ensureLedger(partitions: { topic: string; partition: number }[]): Promise<void>
  /**
   * Makes the days ahead, then removes what is beyond retention, in small steps that can be interrupted at any time; no
   * further step begins after `forMs`. `blocked`: a lock was in the way, try again later.
   */
  maintainPartitions(limit?: { forMs: number }): Promise<{ daysAhead: number; blocked: boolean }>
  /**
   * Adds what batches appended to the rollups when it is due, at most once a call: `more` says that it is worth calling again.
   * `busy`: another process does it.
   */
  foldRollups(due?: FoldDue): Promise<{ folded: number; more: boolean; busy: boolean }>
  /** Removes minutes and hours that are beyond their retention, in small steps. */
  trimRollups(): Promise<void>
  /** Removes user agents to which no event refers any more, in small steps. */
  trimUserAgents(): Promise<void>
  ping(): Promise<void>
  /** Ends at once; a statement that is under way is abandoned. */
  close(): Promise<void>
}

// Measured with 1,000 ads at 1,000 clicks/s in batches of ten: a fold of half a second costs 28 us a click, of 2 s 12.5, of 5 s 6.6; a
// reader pays 5 ms for 5,000 entries that wait.
const foldWhen: FoldDue = { entries: 5_000, ageMs: 5_000 }
// About half a second of work at worst, far below the time-out of a statement.
const foldMost = { rows: 2_000, entries: 20_000 }

/** One connection of the writer: one statement at a time. Make one store for each statement that shall run at once. */
export function createBatchStore(options: BatchStoreOptions): BatchStore {
  const { deadlineMs = 10_000 } = options
  let connection = connect(options)
  const apply = createBatchApplier({ filter: options.filter ?? createDuplicateFilter(), run })
  return {
    apply,
    advanceCompleteThrough,
    now,
    ensureLedger,
    maintainPartitions,
    foldRollups,
    trimRollups: () => repeat('select trim_rollups_v1() as more'),
    trimUserAgents: () => repeat('select trim_user_agents_v1() as more'),
    ping,
    close,
  }

  async function advanceCompleteThrough({ at, ends }: { at: Date; ends: LogEnd[] }) {
    const [row] = await run<{ behind: string }>(
      'select advance_complete_through_v1($1::bigint, $2::text::text[], $3::text::integer[], $4::text::bigint[])::text as behind',
      [at.getTime(), ...partitionColumns(ends), arrayOf(ends.map(({ end }) => end))],
    )
    const behind = JSON.parse(row?.behind ?? '[]') as {
      topic: string
      partition: number
      next_offset: string
      end: string
    }[]
    return {
      behind: behind.map(({ topic, partition, next_offset, end }) => ({
        topic,
        partition,
        nextOffset: BigInt(next_offset),
        end: BigInt(end),
      })),
    }
  }

  async function now(): Promise<Date> {
    const [row] = await run<{ ms: string }>(
      'select floor(extract(epoch from clock_timestamp()) * 1000)::bigint as ms',
      [],
    )
    return new Date(Number(row?.ms))
  }

  async function ensureLedger(partitions: { topic: string; partition: number }[]): Promise<void> {
    await run('select ensure_ledger_v1($1::text::text[], $2::text::integer[])', partitionColumns(partitions))
  }

  // One step a call, so that no transaction holds its locks for longer than one of them takes.
  async function maintainPartitions({ forMs } = { forMs: Infinity }) {
    const began = performance.now()
    for (;;) {
      const [row] = await run<Maintenance>('select * from maintain_partitions()', [])
      const { days_ahead = -1, more = false, blocked = true } = row ?? {}
      if (!more || blocked || performance.now() - began >= forMs) return { daysAhead: days_ahead, blocked }
    }
  }

  async function foldRollups({ entries, ageMs } = foldWhen) {
    const [row] = await run<{ busy: boolean; folded: number; more: boolean }>(
      'select * from fold_rollups_v1($1::integer, $2::integer, $3::integer, $4::integer)',
      [entries, ageMs, foldMost.rows, foldMost.entries],
    )
    return { folded: row?.folded ?? 0, more: row?.more ?? false, busy: row?.busy ?? false }
  }

  async function repeat(step: string): Promise<void> {
    for (let more = true; more;) {
      const [row] = await run<{ more: boolean }>(step, [])
      more = row?.more ?? false
    }
  }

  async function ping(): Promise<void> {
    await run('select 1', [])
  }

  function close(): Promise<void> {
    return connection.sql.end({ timeout: 0 })
  }

  async function run<T>(statement: string, parameters: (string | number | null)[]): Promise<T[]> {
    const used = connection
    try {
      return await withDeadline(query<T>(used, statement, parameters), deadlineMs, () => replace(used))
    } catch (error) {
      // read_only_sql_transaction: after a fail-over the session is on the wrong server
      if (codeOf(error) === '25006') replace(used)
      throw error
    }
  }

  function replace(used: Connection): void {
    if (connection === used) connection = connect(options)
    void used.sql.end({ timeout: 0 })
  }
}

interface Connection {
  sql: Sql
  checked: boolean
}

function connect({ url, statementTimeoutMs = 8_000, ssl, name = 'click-writer' }: BatchStoreOptions): Connection {
  const sql = postgres(url, {
    max: 1,
    ssl,
    connect_timeout: 5,
    backoff: () => 0.1,
    onnotice: () => {},
    // the driver's own query for array types would reject unhandled when the connection dies under it
    fetch_types: false,
    onclose: () => (connection.checked = false),
    connection: {
      application_name: name,
      statement_timeout: statementTimeoutMs,
      lock_timeout: 3_000,
      idle_in_transaction_session_timeout: 10_000,
      TimeZone: 'UTC',
    },
  })
  const connection: Connection = { sql, checked: false }
  return connection
}

async function query<T>(
  connection: Connection,
  statement: string,
  parameters: (string | number | null)[],
): Promise<T[]> {
  if (!connection.checked) await checkSettings(connection)
  return (await connection.sql.unsafe(statement, parameters, { prepare: true })) as unknown as T[]
}

// A commit must mean that the rows survive; and a statement must see what others committed while it waited for their rows.
async function checkSettings(connection: Connection): Promise<void> {
  const [row] = await connection.sql<{ unsafe: string | null }[]>`
    select string_agg(name || ' = ' || setting, ', ') as unsafe from pg_settings
    where name in ('fsync', 'full_page_writes') and setting = 'off' or name = 'synchronous_commit' and setting = 'off'
       or name = 'default_transaction_isolation' and setting <> 'read committed'`
  if (row?.unsafe) throw new UnsafeSettingsError(`PostgreSQL would not keep what it commits: ${row.unsafe}`)
  connection.checked = true
}

interface Maintenance {
  days_ahead: number
  more: boolean
  blocked: boolean
}

function partitionColumns(partitions: { topic: string; partition: number }[]): string[] {
  return [arrayOf(partitions.map(({ topic }) => quoted(topic))), arrayOf(partitions.map(({ partition }) => partition))]
}
