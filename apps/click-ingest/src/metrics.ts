import { type EventType, eventTypes } from '@ads-tracker/events'
import { observedGauge } from '@ads-tracker/service-kit'
import { Counter, type Registry } from 'prom-client'

const allOutcomes = ['acknowledged', 'rejected', 'overloaded', 'unknown'] as const
type Outcome = (typeof allOutcomes)[number]
export type IngestMetrics = ReturnType<typeof createIngestMetrics>

export function createIngestMetrics(registry: Registry, pending: () => { records: number; bytes: number }) {
  const registers = [registry]
  const help = 'that wait for the acknowledgement of Kafka'
  observedGauge(registry, 'ingest_queue_events', `Events ${help}`, () => pending().records)
  observedGauge(registry, 'ingest_queue_bytes', `Bytes of the events ${help}`, () => pending().bytes)
  // Every series exists from the start: rate() does not see the first increment of a new one.
  const counts = Object.fromEntries(
    eventTypes.map((type) => [type, { acknowledged: 0, rejected: 0, overloaded: 0, unknown: 0 }]),
  ) as Record<EventType, Record<Outcome, number>>
  new Counter({
    name: 'ingest_events_total',
    help: 'Events by outcome: acknowledged (202), rejected (400), overloaded (503, not stored), unknown (503, may be stored)',
    labelNames: ['type', 'outcome'],
    registers,
    collect() {
      this.reset()
      for (const type of eventTypes)
        for (const outcome of allOutcomes) this.inc({ type, outcome }, counts[type][outcome])
    },
  })
  return {
    /** Counts one event. In a plain number, because prom-client creates and hashes an object of labels each time. */
    count(type: EventType, outcome: Outcome) {
      counts[type][outcome] += 1
    },
  }
}
