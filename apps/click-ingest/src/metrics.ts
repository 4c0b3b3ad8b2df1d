import type { EventType } from '@ads-tracker/events'
import { Counter, Gauge, type Registry } from 'prom-client'

export type Outcome = 'acknowledged' | 'rejected' | 'overloaded' | 'unknown'
export type Outcomes = Counter<'type' | 'outcome'>
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
  const outcomes: Outcomes = new Counter({
    name: 'ingest_events_total',
    help: 'Events by what became of them: acknowledged (202), rejected (400), overloaded (503, not stored), unknown (503, may be stored)',
    labelNames: ['type', 'outcome'],
    registers,
  })
  // a series that is absent until the first failure hides that failure from rate()
  for (const type of ['click', 'impression'] satisfies EventType[]) {
    for (const outcome of ['acknowledged', 'rejected', 'overloaded', 'unknown'] satisfies Outcome[]) outcomes.inc({ type, outcome }, 0)
  }
  return { outcomes }
}
