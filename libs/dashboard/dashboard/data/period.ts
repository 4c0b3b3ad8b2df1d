import { addDays, dayOf, isDay, startOfDay } from './zone.ts'

export const periodNames = ['today', 'yesterday', '7d', '30d', 'custom'] as const
export type PeriodName = (typeof periodNames)[number]
export type Interval = 'minute' | 'hour' | 'day' | 'week' | 'month'

/** From its first instant to before its last, in milliseconds. */
export interface Span {
  from: number
  to: number
}
export interface Period extends Span {
  interval: Interval
  /** The same length just before, cut where the present cuts this one: half a day is compared with half a day. */
  previous: Span
}
export interface Choice {
  period: PeriodName
  /** For `custom`: two days, both included, or two instants with an offset. */
  from?: string | undefined
  to?: string | undefined
  zone: string
}

const hour = 3_600_000
const day = 24 * hour

export function periodOf(choice: Choice, now: number): Period {
  const span = spanOf(choice, now)
  const length = span.to - span.from
  const before = startBefore(choice, span)
  const elapsed = Math.max(0, Math.min(now, span.to) - span.from)
  const to = elapsed >= length ? span.from : Math.min(span.from, before + elapsed)
  return { ...span, interval: intervalOf(length), previous: { from: before, to } }
}

/** The present, without its seconds. */
export const thisMinute = (): number => Math.floor(Date.now() / 60_000) * 60_000

/** What is wrong with the ends of a custom period, or undefined. */
export function mistakeOf({ from, to, zone }: Choice): string | undefined {
  const [start, end] = [instantOf(from, zone, 0), instantOf(to, zone, 1)]
  if (start === undefined) return from ? `“${from}” is not a day.` : 'The period has no first day.'
  if (end === undefined) return to ? `“${to}” is not a day.` : 'The period has no last day.'
  if (end <= start) return 'The period ends before it begins.'
  return end - start > 20 * 366 * day ? 'The period is longer than 20 years.' : undefined
}

function spanOf({ period, from, to, zone }: Choice, now: number): Span {
  const today = dayOf(now, zone)
  const days = (first: number, last: number) => ({
    from: startOfDay(addDays(today, first), zone),
    to: startOfDay(addDays(today, last + 1), zone),
  })
  if (period === 'today') return days(0, 0)
  if (period === 'yesterday') return days(-1, -1)
  if (period === '30d') return days(-29, 0)
  if (period === '7d') return days(-6, 0)
  return { from: instantOf(from, zone, 0)!, to: instantOf(to, zone, 1)! }
}

// Days are counted on the calendar: the day before one of 25 hours has 24. Whole months are compared with whole months.
function startBefore({ zone, period, from }: Choice, span: Span): number {
  if (period === 'custom' && !isDay(from ?? '')) return span.from - (span.to - span.from)
  const [first, next] = [dayOf(span.from, zone), dayOf(span.to, zone)]
  if (first.endsWith('-01') && next.endsWith('-01'))
    return startOfDay(addMonths(first, -monthsBetween(first, next)), zone)
  return startOfDay(addDays(first, -Math.round((Date.parse(next) - Date.parse(first)) / day)), zone)
}

const monthsBetween = (first: string, next: string): number => monthNumber(next) - monthNumber(first)
const monthNumber = (text: string): number => 12 * Number(text.slice(0, 4)) + Number(text.slice(5, 7)) - 1

function addMonths(firstOfMonth: string, months: number): string {
  const number = monthNumber(firstOfMonth) + months
  return `${Math.floor(number / 12)}-${String((number % 12) + 1).padStart(2, '0')}-01`
}

function instantOf(text: string | undefined, zone: string, daysLater: number): number | undefined {
  if (!text) return undefined
  if (isDay(text)) return startOfDay(addDays(text, daysLater), zone)
  const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/.test(text) ? Date.parse(text) : NaN
  return Number.isNaN(instant) ? undefined : instant
}

function intervalOf(length: number): Interval {
  if (length <= 3 * hour) return 'minute'
  if (length <= 3 * day + hour) return 'hour'
  if (length <= 100 * day) return 'day'
  return length <= 800 * day ? 'week' : 'month'
}
