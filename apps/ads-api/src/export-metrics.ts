import { observedGauge } from '@ads-tracker/service-kit'
import { Counter, type Registry } from 'prom-client'
import type { ExportFormat } from './export-request.ts'

export type ExportEnd = 'complete' | 'client' | 'failed' | 'shutdown'

export function createExportMetrics(registry: Registry, running: () => number) {
  const registers = [registry]
  observedGauge(registry, 'ads_exports_running', 'Running exports', running)
  const ended = new Counter({
    name: 'ads_exports_ended_total',
    help: 'Ended exports: read to the end (complete), closed by the client (client), aborted after an error (failed) or by shutdown (shutdown)',
    labelNames: ['format', 'reason'] as const,
    registers,
  })
  const bytes = new Counter({
    name: 'ads_exported_bytes_total',
    help: 'Bytes of exports sent',
    labelNames: ['format'] as const,
    registers,
  })
  return {
    ended: (format: ExportFormat, reason: ExportEnd) => ended.inc({ format, reason }),
    sent: (format: ExportFormat, count: number) => bytes.inc({ format }, count),
  }
}
export type ExportMetrics = ReturnType<typeof createExportMetrics>
