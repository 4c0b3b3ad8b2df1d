import { type Database, type Ledger, type LedgerRow, readLedger } from '@ads-tracker/data'
import type { TopicNames } from '@ads-tracker/events'
import type { Admin, PartitionOffsets } from '@ads-tracker/kafka'
import type { WriterMetrics } from './metrics.ts'

interface AuditDeps {
  database: Database
  admin: Pick<Admin, 'offsets'>
  topics: TopicNames
  metrics: WriterMetrics
}

/**
 * Compares the ledger with the log and sets the metrics of both. While the database is down nothing is stored, so the ledger
 * that was read last still tells what waits in the log.
 * @returns the audit, which rejects unless it could read both
 */
export function createAudit({ database, admin, topics, metrics }: AuditDeps): () => Promise<Ledger> {
  let last: Ledger | undefined
  return async function audit() {
    const [ledger, log] = await Promise.allSettled([readLedger(database), readLog()])
    if (ledger.status === 'fulfilled') showLedger((last = ledger.value))
    if (log.status === 'fulfilled' && last) compare(last.rows, log.value)
    if (ledger.status === 'rejected') throw ledger.reason
    if (log.status === 'rejected') throw log.reason
    return ledger.value
  }

  async function readLog() {
    const found = await Promise.all(
      Object.values(topics).map(async (topic) => ({ topic, offsets: await admin.offsets(topic) })),
    )
    return found.flatMap(({ topic, offsets }) => offsets.map((offset) => ({ topic, ...offset })))
  }

  function showLedger({ rows, imbalance, unfolded, pendingDeadLetters, userAgents, completeThrough }: Ledger) {
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
