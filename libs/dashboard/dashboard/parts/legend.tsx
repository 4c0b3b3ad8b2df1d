import { metricNames } from '../data/metric-names.ts'
import type { Period } from '../data/period.ts'
import type { View } from '../data/view.ts'
import { spanText } from './period-title.tsx'
import type { Point } from './series.ts'

interface Props {
  points: Point[]
  view: View
  period: Period
}

/** What each line of the chart is, and the days of the period before. */
export function Legend({ points, view, period }: Props) {
  const { from } = period.previous
  return (
    <ul class="legend">
      <li>{metricNames[view.metric]}</li>
      {points.some(({ isOpen, value }) => isOpen && value !== null) && <li class="open">Not over yet</li>}
      {view.compare && <li class="before">Before: {spanText(view, { from, to: period.from })}</li>}
    </ul>
  )
}
