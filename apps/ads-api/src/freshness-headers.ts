import type { Freshness } from '@ads-tracker/data'

interface Window extends Pick<Freshness, 'completeThrough'> {
  asOf: Date
  windowStart: Date | null
  /** Only for a period; a window of minutes ends at `asOf`. */
  windowEnd?: Date
}

export function freshnessHeaders({ asOf, completeThrough, windowStart, windowEnd }: Window): Record<string, string> {
  return {
    'x-as-of': asOf.toISOString(),
    ...(windowStart && { 'x-window-start': windowStart.toISOString() }),
    ...(windowEnd && { 'x-window-end': windowEnd.toISOString() }),
    ...(completeThrough && {
      'x-complete-through': completeThrough.toISOString(),
      'x-ingest-lag-ms': String(Math.max(0, asOf.getTime() - completeThrough.getTime())),
    }),
  }
}
