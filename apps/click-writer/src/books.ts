import { type Database, type Ledger, type LedgerRow, readLedger } from '@ads-tracker/data'
import type { TopicNames } from '@ads-tracker/events'
import type { Admin, PartitionOffsets } from '@ads-tracker/kafka'
import type { WriterMetrics } from './metrics.ts'

interface BooksDeps {
  database: Database
  admin: Pick<Admin, 'offsets'>
  topics: TopicNames
  metrics: WriterMetrics
}

/**
 * Holds the ledger against the log and shows in the metrics what an operator must know. While the database is away nothing
 * is stored, so that the books read last still tell what waits in the log.
 * @returns the audit, which rejects when it could not read both
 */
export function createAudit({ database, admin, topics, metrics }: BooksDeps): () => Promise<Ledger> {
  let last: Ledger | undefined
  return async function audit() {
    const [books, log] = await Promise.allSettled([readLedger(database), readLog()])
    if (books.status === 'fulfilled') showBooks((last = books.value))
    if (log.status === 'fulfilled' && last) compare(last.rows, log.value)
    if (books.status === 'rejected') throw books.reason
    if (log.status === 'rejected') throw log.reason
    return books.value
  }

  async function readLog() {
    const found = await Promise.all(
      Object.values(topics).map(async (topic) => ({ topic, offsets: await admin.offsets(topic) })),
    )
    return found.flatMap(({ topic, offsets }) => offsets.map((offset) => ({ topic, ...offset })))
  }

  function showBooks({ rows, imbalance, unfolded, pendingDeadLetters, userAgents, completeThrough }: Ledger) {
    metrics.recovered.set(rows.reduce((sum, { recovered }) => sum + Number(recovered), 0))
    metrics.imbalance.set(imbalance)
    metrics.unfolded.set(unfolded.rows)
    metrics.unfoldedAge.set(unfolded.oldestSeconds)
    metrics.deadLetters.set(pendingDeadLetters)
    metrics.userAgents.set(userAgents)
    if (completeThrough) metrics.completeThrough(completeThrough)
  }

  function compare(rows: LedgerRow[], log: (PartitionOffsets & { topic: string })[]) {
    const pairs = log.map((offset) => ({
      offset,
      row: rows.find((row) => row.topic === offset.topic && row.partition === offset.partition),
    }))
    metrics.gaps.set(pairs.filter(({ row, offset }) => offset.low > (row?.nextOffset ?? 0n)).length)
    metrics.behindLedger.set(
      pairs.filter(({ row, offset }) => row !== undefined && offset.high < row.nextOffset).length,
    )
    metrics.lagEvents.set(pairs.reduce((sum, { row, offset }) => sum + unread(offset, row), 0))
  }
}

function unread({ high }: PartitionOffsets, row: LedgerRow | undefined): number {
  return Math.max(0, Number(high - (row?.nextOffset ?? 0n)))
}
