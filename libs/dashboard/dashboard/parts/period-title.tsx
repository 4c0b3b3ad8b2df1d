import { formatTime } from '../data/format.ts'
import type { Period } from '../data/period.ts'
import type { View } from '../data/view.ts'
import { dayOf, isDay } from '../data/zone.ts'

/** The period in words, as in “24 – 30 Nov 2026”. */
export function PeriodTitle({ view, period }: { view: View; period: Period }) {
  const { zone } = view
  const [first, last] = [dayOf(period.from, zone), dayOf(period.to - 1, zone)]
  const isExact = view.period === 'custom' && !isDay(view.from ?? '')
  const text = isExact
    ? `${formatTime(period.from, zone)} – ${formatTime(period.to, zone).replace(/^.*, /, (day) => (first === last ? '' : day))}`
    : format.formatRange(Date.parse(first), Date.parse(last))
  return (
    <p class="period">
      {text} <span class="muted">{zone}</span>
    </p>
  )
}

const format = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeZone: 'UTC' })
