import { countChange, type Counts, ctrChange, ctrOf, formatCount, formatCtr } from '../data/format.ts'
import type { Metric } from '../data/view.ts'
import { ChangeMark } from './change-mark.tsx'
import { Explain } from './explain.tsx'

interface Props {
  now?: Counts
  before?: Counts
  /** The period is not over: it is compared with as much of the one before. */
  isOpen: boolean
  metric: Metric
  onMetric(metric: Metric): void
}

/** The totals of a period. The chosen one is in the chart. */
export function MetricTiles({ now, before, isOpen, metric, onMetric }: Props) {
  return (
    <div class="tiles" role="group" aria-label="Totals; choose what the chart shows">
      {tilesOf(now, before).map(({ name, label, value, was, change }) => (
        <div key={name} class={name === metric ? 'tile chosen' : 'tile'}>
          <button type="button" aria-pressed={name === metric} onClick={() => onMetric(name)}>
            <span class="label">{label}</span>
            <span class="value">{value}</span>
            {change && (
              <span class="was">
                {change.direction !== 'unknown' && <ChangeMark change={change} />}{' '}
                <span class="muted">
                  from {was}
                  {isOpen && ' by this time'}
                </span>
              </span>
            )}
          </button>
          <Explain term={label} />
        </div>
      ))}
    </div>
  )
}

function tilesOf(now: Counts | undefined, before: Counts | undefined) {
  const [ctr, ctrBefore] = [now && ctrOf(now), before && ctrOf(before)]
  const count = (name: 'impressions' | 'clicks', label: 'Impressions' | 'Clicks') => ({
    name,
    label,
    value: now ? formatCount(now[name]) : '\u2007',
    was: before && formatCount(before[name]),
    change: now && before && countChange(now[name], before[name]),
  })
  return [
    count('impressions', 'Impressions'),
    count('clicks', 'Clicks'),
    {
      name: 'ctr' as const,
      label: 'CTR' as const,
      value: now ? formatCtr(ctr) : '\u2007',
      was: formatCtr(ctrBefore),
      change: now && before && ctrChange(ctr, ctrBefore),
    },
  ]
}
