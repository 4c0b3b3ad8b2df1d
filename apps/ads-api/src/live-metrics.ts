import { observedGauge } from '@ads-tracker/service-kit'
import { Counter, type Registry } from 'prom-client'
import type { StreamEnd } from './live.ts'

export function createLiveMetrics(registry: Registry, openStreams: () => number) {
  const registers = [registry]
  observedGauge(registry, 'ads_live_streams', 'Open streams of GET /ads/analytics/live', openStreams)
  const messages = new Counter({
    name: 'ads_live_messages_total',
    help: 'Messages that were written to streams, one for each reader',
    registers,
  })
  const ended = new Counter({
    name: 'ads_live_streams_ended_total',
    help: 'Streams that ended: the client left (client), did not read (slow), lost its key (revoked), or the process stops (shutdown)',
    labelNames: ['reason'] as const,
    registers,
  })
  return {
    messages: (count: number) => messages.inc(count),
    ended: (reason: StreamEnd) => ended.inc({ reason }),
  }
}
