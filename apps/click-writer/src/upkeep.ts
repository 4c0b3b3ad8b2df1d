import type { BatchStore } from '@ads-tracker/data'
import type { Logger } from '@ads-tracker/service-kit'
import { every } from './every.ts'
import type { WriterMetrics } from './metrics.ts'

interface UpkeepDeps {
  store: Pick<BatchStore, 'maintainPartitions'>
  log: Logger
  metrics: Pick<WriterMetrics, 'daysAhead' | 'upkeepDone'>
}

const minute = 60_000
const hour = 60 * minute

/**
 * Creates and drops partitions of the tables once an hour, and again after a minute when that failed or was blocked. Events are
 * stored without it.
 * @returns a function that stops it
 */
export function startUpkeep({ store, log, metrics }: UpkeepDeps): () => void {
  let dueAt = 0
  return every(minute, maintain, (error) =>
    log.error({ err: error }, 'partition maintenance failed; retrying in a minute'),
  )

  async function maintain() {
    if (performance.now() < dueAt) return
    const { daysAhead, blocked } = await store.maintainPartitions()
    metrics.daysAhead.set(daysAhead)
    if (blocked) return log.info('partition maintenance is waiting for a lock; retrying in a minute')
    metrics.upkeepDone()
    dueAt = performance.now() + hour
  }
}
