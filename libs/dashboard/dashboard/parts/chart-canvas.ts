import {
  CategoryScale,
  Chart,
  type ChartConfiguration,
  Filler,
  LinearScale,
  LineController,
  LineElement,
  PointElement,
  Tooltip,
} from 'chart.js'
import { formatShort } from '../data/format.ts'
import type { Metric } from '../data/view.ts'
import { formatMetric, type Point } from './series.ts'

Chart.register(CategoryScale, Filler, LinearScale, LineController, LineElement, PointElement, Tooltip)

export interface Drawing {
  points: Point[]
  metric: Metric
  onPick?: (index: number) => void
}

/** Draws on a canvas; returns functions that redraw and destroy it. */
export function drawChart(canvas: HTMLCanvasElement, drawing: Drawing) {
  let current = drawing
  const chart = new Chart(
    canvas,
    configOf(() => current),
  )
  const dark = matchMedia('(prefers-color-scheme: dark)')
  const redraw = () => update(current)
  dark.addEventListener('change', redraw)
  update(drawing)
  return {
    update,
    end() {
      dark.removeEventListener('change', redraw)
      chart.destroy()
    },
  }

  function update(next: Drawing) {
    current = next
    const { points, metric } = next
    const color = colorsOf(canvas)
    const few = points.length <= 2
    chart.data = {
      labels: points.map(({ label }) => label),
      datasets: [
        {
          label: 'This period',
          data: points.map(({ value }) => value),
          borderColor: color('--accent'),
          backgroundColor: color('--accent-fill'),
          pointBackgroundColor: color('--accent'),
          fill: 'origin',
          borderWidth: 2,
          pointRadius: few ? 4 : 0,
          // a value that still grows is no drop
          segment: {
            borderDash: ({ p1DataIndex }) => (points[p1DataIndex]?.isOpen ? [3, 4] : undefined),
            backgroundColor: ({ p1DataIndex }) => (points[p1DataIndex]?.isOpen ? 'transparent' : undefined),
          },
        },
        {
          label: 'The period before',
          data: points.map(({ before }) => before),
          borderColor: color('--before'),
          pointBackgroundColor: color('--before'),
          borderDash: [4, 4],
          borderWidth: 1.5,
          pointRadius: 0,
        },
      ],
    }
    const { x, y } = chart.options.scales!
    Chart.defaults.font.family = getComputedStyle(canvas).fontFamily
    for (const scale of [x!, y!]) scale.ticks!.color = color('--muted')
    y!.grid!.color = color('--line')
    // counts are whole numbers: no labels between them
    y!.ticks!.callback = (value) =>
      metric === 'ctr'
        ? `${+(100 * Number(value)).toFixed(2)}%`
        : Number.isInteger(Number(value))
          ? formatShort(Number(value))
          : null
    chart.update('none')
  }
}

function configOf(current: () => Drawing): ChartConfiguration<'line'> {
  return {
    type: 'line',
    data: { datasets: [] },
    options: {
      animation: false,
      maintainAspectRatio: false,
      interaction: { mode: 'index', intersect: false },
      elements: { line: { tension: 0 }, point: { hitRadius: 12, hoverRadius: 4 } },
      onClick: (_event, [element]) => element && current().onPick?.(element.index),
      scales: {
        x: { grid: { display: false }, border: { display: false }, ticks: { maxRotation: 0, autoSkipPadding: 18 } },
        y: { beginAtZero: true, border: { display: false }, grid: {}, ticks: { maxTicksLimit: 5 } },
      },
      plugins: {
        tooltip: {
          displayColors: false,
          padding: 10,
          callbacks: {
            title: ([item]) => (item ? (current().points[item.dataIndex]?.longLabel ?? '') : ''),
            label: ({ dataset, raw }) => `${dataset.label}: ${formatMetric(raw as number | null, current().metric)}`,
          },
        },
      },
    },
  }
}

function colorsOf(element: Element) {
  const style = getComputedStyle(element)
  return (name: string) => style.getPropertyValue(name).trim()
}
