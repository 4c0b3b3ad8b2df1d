import { observedGauge } from '@ads-tracker/service-kit'
import { Counter, type Registry } from 'prom-client'
import type { StreamEnd } from './live.ts'

export function createLiveMetrics(registry: Registry, openStreams: () => number) {
  const registers = [registry]
  observedGauge(registry, 'ads_live_streams', 'Open streams of GET /ads/analytics/live', openStreams)
  const messages = new Counter({
    name: 'ads_live_messages_total',
    help: 'Messages written to streams, counted for each client',
    registers,
  })
  const ended = new Counter({
    name: 'ads_live_streams_ended_total',
    help: 'Ended streams: closed by the client (client), not read fast enough (slow), key revoked (revoked), shutdown (shutdown)',
    labelNames: ['reason'] as const,
    registers,
  })
  return {
    messages: (count: number) => messages.inc(count),
    ended: (reason: StreamEnd) => ended.inc({ reason }),
  }
}
