import { type Database, type Ledger, type LedgerRow, readLedger } from '@ads-tracker/data'
import { topicSettings, type TopicNames } from '@ads-tracker/events'
import type { Admin, PartitionOffsets } from '@ads-tracker/kafka'
import type { WriterMetrics } from './metrics.ts'

interface BooksDeps {
  database: Database
  admin: Pick<Admin, 'offsets'>
  topics: TopicNames
  metrics: WriterMetrics
}

const retentionMs = Number(topicSettings.config['retention.ms'])

/** Holds the ledger against the log and shows in the metrics what an operator must know. */
export async function auditBooks({ database, admin, topics, metrics }: BooksDeps): Promise<Ledger> {
  const ledger = await readLedger(database)
  metrics.imbalance.set(ledger.imbalance)
  metrics.deadLetters.set(ledger.pendingDeadLetters)
  if (ledger.completeThrough) {
    const lag = Math.max(0, Date.now() - ledger.completeThrough.getTime())
    metrics.lagSeconds.set(lag / 1000)
    metrics.oldestUnreadRatio.set(lag / retentionMs)
  }
  const log = await Promise.all(Object.values(topics).map(async (topic) => ({ topic, offsets: await admin.offsets(topic) })))
  const pairs = log.flatMap(({ topic, offsets }) => offsets.map((offset) => ({ offset, row: find(ledger.rows, topic, offset) })))
  metrics.gaps.set(pairs.filter(({ row, offset }) => offset.low > (row?.nextOffset ?? 0n)).length)
  metrics.behindLedger.set(pairs.filter(({ row, offset }) => row !== undefined && offset.high < row.nextOffset).length)
  metrics.lagEvents.set(pairs.reduce((sum, { row, offset }) => sum + unread(offset, row), 0))
  return ledger
}

function find(rows: LedgerRow[], topic: string, { partition }: PartitionOffsets): LedgerRow | undefined {
  return rows.find((row) => row.topic === topic && row.partition === partition)
}

function unread({ high }: PartitionOffsets, row: LedgerRow | undefined): number {
  return Math.max(0, Number(high - (row?.nextOffset ?? 0n)))
}
