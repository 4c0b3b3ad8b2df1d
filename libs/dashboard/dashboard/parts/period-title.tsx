import { formatTime } from '../data/format.ts'
import type { Period, Span } from '../data/period.ts'
import type { View } from '../data/view.ts'
import { dayOf, isDay } from '../data/zone.ts'

/** The period in words, as in “24 – 30 Nov 2026”. */
export function PeriodTitle({ view, period }: { view: View; period: Period }) {
  return (
    <p class="period">
      {spanText(view, period)} <span class="muted">{view.zone}</span>
    </p>
  )
}

/** The days of a span, or its times where the view names times. */
export function spanText(view: View, { from, to }: Span): string {
  const { zone } = view
  const [first, last] = [dayOf(from, zone), dayOf(to - 1, zone)]
  const isExact = view.period === 'custom' && !isDay(view.from ?? '')
  if (!isExact) return format.formatRange(Date.parse(first), Date.parse(last))
  return `${formatTime(from, zone)} – ${formatTime(to, zone).replace(/^.*, /, (day) => (first === last ? '' : day))}`
}

const format = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeZone: 'UTC' })
