const whole = new Intl.NumberFormat('en')
const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 })
const percent = new Intl.NumberFormat('en', { style: 'percent', minimumFractionDigits: 2, maximumFractionDigits: 2 })
const change = new Intl.NumberFormat('en', { style: 'percent', maximumFractionDigits: 1, signDisplay: 'exceptZero' })
const points = new Intl.NumberFormat('en', { maximumFractionDigits: 2, signDisplay: 'exceptZero' })

/** Where there is nothing to divide by, or nothing known. */
export const none = '–'

export interface Counts {
  impressions: number
  clicks: number
}

export const ctrOf = ({ impressions, clicks }: Counts): number | undefined =>
  impressions > 0 ? clicks / impressions : undefined

export const formatCount = (count: number): string => whole.format(count)
export const formatShort = (count: number): string => compact.format(count)
export const formatCtr = (ctr: number | undefined): string => (ctr === undefined ? none : percent.format(ctr))

export interface Change {
  text: string
  direction: 'up' | 'down' | 'same' | 'unknown'
}

/** How much a count has changed, relative to what it was. */
export function countChange(now: number, before: number): Change {
  if (before === 0) return { text: none, direction: 'unknown' }
  return changeOf(withMinus(change.format((now - before) / before)), now - before)
}

/** How much a rate has changed, in percentage points. */
export function ctrChange(now: number | undefined, before: number | undefined): Change {
  if (now === undefined || before === undefined) return { text: none, direction: 'unknown' }
  return changeOf(withMinus(`${points.format(100 * (now - before))} points`), Math.round(1e4 * (now - before)))
}

/** `14:03:07` on the clock of a zone. */
export function formatClock(instant: number | Date, zone?: string): string {
  return new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium', timeZone: zone }).format(instant)
}

/** `14:03:07, 2 seconds ago`, with its day when that is another one. */
export function formatMark(mark: number, zone?: string, now = Date.now()): string {
  const age = Math.max(0, now - mark)
  return `${age < 43_200_000 ? formatClock(mark, zone) : formatTime(mark, zone)}, ${formatAge(age)} ago`
}

/** `30 Nov 2026, 14:03` on the clock of a zone. */
export function formatTime(instant: number | Date, zone?: string): string {
  return new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short', timeZone: zone }).format(instant)
}

/** A length of time in its largest fitting unit: `4 seconds`, `3 minutes`, `2 hours`. */
export function formatAge(ms: number): string {
  const units: [number, string][] = [
    [86_400_000, 'day'],
    [3_600_000, 'hour'],
    [60_000, 'minute'],
    [1000, 'second'],
  ]
  const [size, name] = units.find(([size]) => ms >= size) ?? units.at(-1)!
  const count = Math.max(ms < 1000 ? 0 : 1, Math.floor(ms / size))
  return count === 0 ? 'less than a second' : `${count} ${name}${count === 1 ? '' : 's'}`
}

// a hyphen is shorter than a plus
const withMinus = (text: string): string => text.replace('-', '−')

function changeOf(text: string, difference: number): Change {
  return { text, direction: difference > 0 ? 'up' : difference < 0 ? 'down' : 'same' }
}
