import type { ExportedEvent } from '@ads-tracker/data'
import { stringify } from 'csv-stringify/sync'
import { csvOptions } from './csv.ts'

export const exportColumns = [
  'event_id',
  'ad_id',
  'occurred_at',
  'received_at',
  'ip',
  'user_agent',
  'playback_time',
] as const satisfies (keyof ExportedEvent)[]

const options = {
  columns: [...exportColumns],
  ...csvOptions,
  cast: { date: (date: Date) => date.toISOString() },
} as const

/** CSV (RFC 4180), one buffer for each page. */
export async function* csvOf(pages: AsyncIterable<ExportedEvent[]>): AsyncGenerator<Buffer, void, undefined> {
  yield Buffer.from(stringify([], { ...options, header: true }))
  for await (const page of pages) yield Buffer.from(stringify(page, options))
}
