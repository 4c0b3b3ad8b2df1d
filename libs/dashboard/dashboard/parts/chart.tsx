import { useEffect, useRef, useState } from 'preact/hooks'
import type { Metric } from '../data/view.ts'
import type { drawChart } from './chart-canvas.ts'
import type { Point } from './series.ts'

interface Props {
  points: Point[]
  metric: Metric
  /** What it shows, for those who do not see it; the numbers are in the table beside it. */
  summary: string
  onPick?: (index: number) => void
}

/** A line over time. Its library is loaded after the numbers are there. */
export function Chart({ points, metric, summary, onPick }: Props) {
  const canvas = useRef<HTMLCanvasElement>(null)
  const drawn = useRef<ReturnType<typeof drawChart>>(null)
  const [isMissing, setMissing] = useState(false)
  const drawing = { points, metric, onPick }
  const latest = useRef(drawing)
  latest.current = drawing

  useEffect(() => {
    let isOver = false
    import('./chart-canvas.ts')
      .then(({ drawChart }) => {
        if (!isOver && canvas.current) drawn.current = drawChart(canvas.current, latest.current)
      })
      .catch(() => setMissing(true))
    return () => {
      isOver = true
      drawn.current?.end()
      drawn.current = null
    }
  }, [])
  useEffect(() => drawn.current?.update(latest.current), [points, metric])

  if (isMissing) return <p class="muted">The chart could not be loaded. Its numbers are in the table below.</p>
  return (
    <div class={onPick ? 'chart picks' : 'chart'}>
      <canvas ref={canvas} role="img" aria-label={summary} />
    </div>
  )
}
