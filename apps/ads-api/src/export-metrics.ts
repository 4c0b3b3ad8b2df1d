import { observedGauge } from '@ads-tracker/service-kit'
import { Counter, type Registry } from 'prom-client'
import type { ExportFormat } from './export-request.ts'

export type ExportEnd = 'complete' | 'client' | 'failed' | 'shutdown'

export function createExportMetrics(registry: Registry, running: () => number) {
  const registers = [registry]
  observedGauge(registry, 'ads_exports_running', 'Exports that are being read', running)
  const ended = new Counter({
    name: 'ads_exports_ended_total',
    help: 'Exports that ended: read to the end (complete), left by the client (client), broken off by an error (failed) or because the process stops (shutdown)',
    labelNames: ['format', 'reason'] as const,
    registers,
  })
  const bytes = new Counter({
    name: 'ads_exported_bytes_total',
    help: 'Bytes of exports that were sent',
    labelNames: ['format'] as const,
    registers,
  })
  return {
    ended: (format: ExportFormat, reason: ExportEnd) => ended.inc({ format, reason }),
    sent: (format: ExportFormat, count: number) => bytes.inc({ format }, count),
  }
}
export type ExportMetrics = ReturnType<typeof createExportMetrics>
