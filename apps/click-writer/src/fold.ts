import type { BatchStore } from '@ads-tracker/data'
import type { Logger } from '@ads-tracker/service-kit'
import { every } from './every.ts'
import type { WriterMetrics } from './metrics.ts'

interface FoldDeps {
  store: Pick<BatchStore, 'foldRollups' | 'trimRollups' | 'trimUserAgents'>
  log: Logger
  metrics: Pick<WriterMetrics, 'folded'>
}

const pauseMs = 250
const hour = 60 * 60 * 1000

/**
 * Adds to the rollups what batches have appended, and once an hour removes minutes, hours and user agents
 * that are no longer needed. Each writer
 * runs this; the database allows one at a time. Numbers are right without it: readers add what is not folded.
 * @returns a function that stops it
 */
export function startFold({ store, log, metrics }: FoldDeps): () => void {
  let trimAt = 0
  let stopped = false
  const stop = every(pauseMs, fold, (error) => log.warn({ err: error }, 'the fold of rollups failed; retrying'))
  return () => {
    stopped = true
    stop()
  }

  async function fold() {
    for (let more = true; more && !stopped;) {
      const done = await store.foldRollups()
      metrics.folded.inc(done.folded)
      more = done.more
    }
    if (stopped || performance.now() < trimAt) return
    trimAt = performance.now() + hour
    await store.trimRollups()
    await store.trimUserAgents()
  }
}
