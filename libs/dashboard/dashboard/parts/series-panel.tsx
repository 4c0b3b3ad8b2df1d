import type { Bucket } from '@ads-tracker/sdk'
import { metricNames } from '../data/metric-names.ts'
import { navigate } from '../data/location.ts'
import type { Period } from '../data/period.ts'
import type { Resource } from '../data/resource.ts'
import { type View, writeView } from '../data/view.ts'
import { Chart } from './chart.tsx'
import { ChartTable } from './chart-table.tsx'
import { Legend } from './legend.tsx'
import { pointsOf } from './series.ts'

interface Props {
  series: Resource<Bucket[]>
  view: View
  period: Period
}

/** The chart of a period and its table. A point leads closer, down to minutes. */
export function SeriesPanel({ series, view, period }: Props) {
  const { interval } = period
  if (!series.value) return <div class="chart waiting" aria-busy={series.isLoading} />
  const buckets = series.value
  const points = pointsOf(buckets, view.metric, interval, Date.now(), period.to)
  const closer = (index: number) =>
    interval === 'minute'
      ? undefined
      : writeView({
          ...view,
          period: 'custom',
          from: buckets[index]!.start,
          to: buckets[index + 1]?.start ?? new Date(period.to).toISOString(),
        })
  const summary = `${metricNames[view.metric]} by ${interval}, ${points.length} values. They are in the table below.`
  return (
    <div aria-busy={series.isLoading}>
      <Legend points={points} view={view} period={period} />
      <Chart
        points={points}
        metric={view.metric}
        summary={summary}
        onPick={interval === 'minute' ? undefined : (index) => navigate(closer(index)!)}
      />
      <ChartTable buckets={buckets} interval={interval} compare={view.compare} closer={closer} />
    </div>
  )
}
