import type { Bucket } from '@ads-tracker/sdk'
import { type Counts, ctrOf, formatCount, formatCtr } from '../data/format.ts'
import type { Interval } from '../data/period.ts'
import type { Metric } from '../data/view.ts'

export interface Point {
  label: string
  /** What is said of it where there is room. */
  longLabel: string
  value: number | null
  /** Its time is not over: the value will still grow. */
  isOpen: boolean
  before: number | null
}

/** The points of a chart. Buckets that have not begun yet have no value: a line that falls to 0 would say that all stopped. */
export function pointsOf(buckets: Bucket[], metric: Metric, interval: Interval, now: number, end: number): Point[] {
  return buckets.map((bucket, index) => ({
    label: labelOf(bucket.start, interval),
    longLabel: longLabelOf(bucket.start, interval),
    value: Date.parse(bucket.start) > now ? null : valueOf(bucket, metric),
    isOpen: Date.parse(buckets[index + 1]?.start ?? '') > now || (index === buckets.length - 1 && now < end),
    before: bucket.previous ? valueOf(bucket.previous, metric) : null,
  }))
}

export const formatMetric = (value: number | null, metric: Metric): string =>
  metric === 'ctr' ? formatCtr(value ?? undefined) : value === null ? '–' : formatCount(value)

// The start is written with the offset of its moment: its text is what the clock of the zone shows.
export function labelOf(start: string, interval: Interval): string {
  if (interval === 'minute' || interval === 'hour') return start.slice(11, 16)
  return dateOf(start, interval === 'month' ? { month: 'short', year: 'numeric' } : { day: 'numeric', month: 'short' })
}

export function longLabelOf(start: string, interval: Interval): string {
  const day = dateOf(start, { weekday: 'short', day: 'numeric', month: 'short' })
  if (interval === 'minute' || interval === 'hour') return `${day}, ${start.slice(11, 16)}`
  if (interval === 'week') return `Week of ${dateOf(start, { day: 'numeric', month: 'short', year: 'numeric' })}`
  return interval === 'month' ? dateOf(start, { month: 'long', year: 'numeric' }) : day
}

function dateOf(start: string, options: Intl.DateTimeFormatOptions): string {
  return new Intl.DateTimeFormat('en-GB', { ...options, timeZone: 'UTC' }).format(
    Date.parse(`${start.slice(0, 10)}T00:00:00Z`),
  )
}

const valueOf = (counts: Counts, metric: Metric): number | null =>
  metric === 'ctr' ? (ctrOf(counts) ?? null) : counts[metric]
