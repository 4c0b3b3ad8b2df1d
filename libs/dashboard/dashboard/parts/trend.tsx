import type { Bucket } from '@ads-tracker/sdk'
import type { Metric } from '../data/view.ts'
import { pointsOf } from './series.ts'

interface Props {
  buckets: Bucket[] | undefined
  metric: Metric
}

const [width, height] = [88, 24]

/** A small line over the period. Its numbers are on the page of the ad. */
export function Trend({ buckets, metric }: Props) {
  const values = pointsOf(buckets ?? [], metric, 'day', Date.now(), Infinity).flatMap(({ value }) =>
    value === null ? [] : [value],
  )
  const most = Math.max(...values, 0)
  const x = (index: number) => (width * index) / Math.max(1, values.length - 1)
  const y = (value: number) => height - 2 - ((height - 4) * value) / most
  const path = values.map((value, index) => `${x(index).toFixed(1)},${y(value).toFixed(1)}`).join(' ')
  return (
    <svg class="trend" width={width} height={height} viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
      {most > 0 && values.length > 1 && <polyline points={path} />}
    </svg>
  )
}
