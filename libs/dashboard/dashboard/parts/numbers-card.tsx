import { useEffect } from 'preact/hooks'
import type { Counts } from '../data/format.ts'
import { numbersShown } from '../data/idle.ts'
import type { PeriodNumbers } from '../data/use-numbers.ts'
import type { Shown } from '../data/use-view.ts'
import { Freshness } from './freshness.tsx'
import { MetricTiles } from './metric-tiles.tsx'
import { PeriodTitle } from './period-title.tsx'
import { SeriesPanel } from './series-panel.tsx'

interface Props {
  shown: Shown
  numbers: PeriodNumbers
  now?: Counts
  before?: Counts
}

/** Totals and chart of a period. */
export function NumbersCard({ shown, numbers, now, before }: Props) {
  const { view, period, show } = shown
  // an effect runs when its frame is painted
  useEffect(numbersShown, [])
  return (
    <section class="card" aria-label="Totals" aria-busy={numbers.now.isLoading}>
      <div class="card-head">
        <PeriodTitle view={view} period={period} />
        <Freshness completeThrough={numbers.now.value?.completeThrough?.getTime()} zone={view.zone} />
      </div>
      <MetricTiles
        now={now}
        before={before}
        isOpen={period.to > Date.now()}
        metric={view.metric}
        onMetric={(metric) => show({ metric }, { replace: true })}
      />
      <SeriesPanel series={numbers.series} view={view} period={period} />
    </section>
  )
}
