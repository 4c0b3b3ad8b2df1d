import { countedDeadLetters } from '@ads-tracker/data'
import { type EventType, topicSettings } from '@ads-tracker/events'
import { observedGauge } from '@ads-tracker/service-kit'
import { Counter, Gauge, Histogram, type Registry } from 'prom-client'

export type WriterMetrics = ReturnType<typeof createWriterMetrics>

const retentionSeconds = Number(topicSettings.config['retention.ms']) / 1000
/** The mark is read at least this often; only time beyond it is added to the age of the mark. */
const markIntervalSeconds = 10
const results = ['counted', 'duplicate', 'conflict', 'dead_letter', 'recovered'] as const

export function createWriterMetrics(registry: Registry) {
  const registers = [registry]
  const events = new Counter({
    name: 'writer_events_total',
    help: 'Records of the log by outcome; recovered ones were read below the position of the ledger',
    labelNames: ['type', 'result'] as const,
    registers,
  })
  for (const type of ['click', 'impression'] satisfies EventType[])
    for (const result of results) events.inc({ type, result }, 0)
  const retries = new Counter({
    name: 'writer_retries_total',
    help: 'Batches that the database rejected, by the action taken',
    labelNames: ['action'] as const,
    registers,
  })
  for (const action of ['retry', 'split', 'halve', 'stop', 'retry_alarm']) retries.inc({ action }, 0)
  const gauge = (name: string, help: string) => new Gauge({ name, help, registers })
  const skew = gauge('writer_clock_skew_seconds', 'Clock of this process minus the clock of the database')
  let skewMs = 0
  let mark: { lag: number; readAt: number } | undefined
  // Not set until the mark was read once. While it cannot be read, its age grows.
  const gaugeOfLag = (name: string, help: string, of: (seconds: number) => number) =>
    observedGauge(registry, name, help, () => {
      if (mark === undefined) return undefined
      const silent = (performance.now() - mark.readAt) / 1000
      return of(mark.lag + (silent > markIntervalSeconds ? silent : 0))
    })
  gaugeOfLag('writer_lag_seconds', 'Now minus the complete-through mark of all partitions', (seconds) => seconds)
  gaugeOfLag(
    'writer_unread_age_ratio',
    'Age of the complete-through mark as a part of the retention of the log: at 1 acknowledged events are lost',
    (seconds) => seconds / retentionSeconds,
  )

  let upkeepAt = performance.now()
  observedGauge(
    registry,
    'writer_upkeep_age_seconds',
    'Time since this process last completed partition maintenance, or since it started',
    () => (performance.now() - upkeepAt) / 1000,
  )

  return {
    events,
    retries,
    /** Partition maintenance is complete for now. */
    upkeepDone: () => void (upkeepAt = performance.now()),
    batchEvents: new Histogram({
      name: 'writer_batch_events',
      help: 'Events stored by one statement',
      buckets: [1, 10, 100, 500, 1000, 2500, 5000, 10_000, 20_000],
      registers,
    }),
    batchSeconds: new Histogram({
      name: 'writer_batch_duration_seconds',
      help: 'Duration of one statement',
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
      registers,
    }),
    queued: gauge('writer_queue_events', 'Events that were read and are not stored yet'),
    lagEvents: gauge('writer_lag_events', 'Records of the log, over all partitions, that are not in the numbers yet'),
    /** Sets the mark that was just read: everything acknowledged before this time is in the numbers. */
    completeThrough: (time: Date) =>
      void (mark = { lag: Math.max(0, Date.now() - skewMs - time.getTime()) / 1000, readAt: performance.now() }),
    /** How far this process's clock is ahead of the database's. */
    clockSkew(ms: number) {
      skewMs = ms
      skew.set(ms / 1000)
    },
    folded: new Counter({
      name: 'rollup_folded_batches_total',
      help: 'Batches whose counts this process has added to the rollups',
      registers,
    }),
    unfolded: gauge('rollup_unfolded_batches', 'Batches whose counts are not in the rollups yet; readers add them'),
    unfoldedAge: gauge(
      'rollup_unfolded_age_seconds',
      'Age of the oldest batch whose counts are not in the rollups yet',
    ),
    imbalance: gauge('ledger_imbalance_events', 'Number of events by which the ledger is off: must be 0'),
    recovered: gauge(
      'ledger_recovered_events',
      'Events that were read below the position of the ledger: the topic was recreated or truncated',
    ),
    gaps: gauge('ledger_gap_partitions', 'Paused partitions: unread records have been removed from the log'),
    behindLedger: gauge(
      'ledger_ahead_partitions',
      'Partitions whose log ends before the position of the ledger: the topic was recreated or truncated',
    ),
    daysAhead: gauge('partition_days_ahead', 'Days ahead for which partitions of raw events exist'),
    userAgents: gauge(
      'user_agent_entries',
      'Different user agents that are stored once; beyond 100,000 an event keeps the text itself',
    ),
    deadLetters: gauge(
      'dead_letters_pending',
      `Dead letters that were not replayed; at most ${countedDeadLetters} are counted`,
    ),
  }
}
