import { type EventType, eventTypes } from '@ads-tracker/events'
import { Counter, Gauge, type Registry } from 'prom-client'

const allOutcomes = ['acknowledged', 'rejected', 'overloaded', 'unknown'] as const
type Outcome = (typeof allOutcomes)[number]
export type IngestMetrics = ReturnType<typeof createIngestMetrics>

export function createIngestMetrics(registry: Registry, pending: () => { records: number; bytes: number }) {
  const registers = [registry]
  new Gauge({
    name: 'ingest_queue_events',
    help: 'Events that wait for the acknowledgement of Kafka',
    registers,
    collect() {
      this.set(pending().records)
    },
  })
  new Gauge({
    name: 'ingest_queue_bytes',
    help: 'Bytes of the events that wait for the acknowledgement of Kafka',
    registers,
    collect() {
      this.set(pending().bytes)
    },
  })
  // Every series is there from the start: one that is absent until the first failure hides that failure from rate().
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
    /** One more event. A plain number, because prom-client would make and hash an object of labels each time. */
    count(type: EventType, outcome: Outcome) {
      counts[type][outcome] += 1
    },
  }
}
