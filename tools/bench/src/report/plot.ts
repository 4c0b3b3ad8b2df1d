import type { Plot } from '../result.ts'

const width = 640
const height = 320
const margin = { top: 16, right: 150, bottom: 44, left: 64 }
const colours = ['#1f77b4', '#d62728', '#2ca02c', '#9467bd', '#ff7f0e', '#17becf']

/** A line chart as inline SVG. */
export function svgOf({ title, x, y, logarithmic, series }: Plot): string {
  const points = series.flatMap((each) => each.points)
  if (points.length === 0) return ''
  const across = scale(
    points.map(([value]) => value),
    [margin.left, width - margin.right],
    logarithmic === 'x' || logarithmic === 'both',
  )
  const up = scale(
    points.map(([, value]) => value),
    [height - margin.bottom, margin.top],
    logarithmic === 'y' || logarithmic === 'both',
  )
  const lines = series.map(({ name, points: own }, index) => {
    const colour = colours[index % colours.length]
    const path = own.map(([px, py]) => `${across.at(px).toFixed(1)},${up.at(py).toFixed(1)}`).join(' ')
    const label = `<text x="${width - margin.right + 10}" y="${margin.top + 14 + index * 18}" fill="${colour}">${escape(name)}</text>`
    return `<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="2"/>${label}`
  })
  const ticks = [
    ...across.ticks.map(
      (value) =>
        `<text x="${across.at(value)}" y="${height - margin.bottom + 18}" text-anchor="middle">${short(value)}</text>`,
    ),
    ...up.ticks.map(
      (value) =>
        `<text x="${margin.left - 8}" y="${up.at(value) + 4}" text-anchor="end">${short(value)}</text>` +
        `<line x1="${margin.left}" x2="${width - margin.right}" y1="${up.at(value)}" y2="${up.at(value)}" stroke="#ddd"/>`,
    ),
  ]
  return `<figure><figcaption>${escape(title)}</figcaption><svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${escape(title)}">
${ticks.join('')}${lines.join('')}
<text x="${(margin.left + width - margin.right) / 2}" y="${height - 8}" text-anchor="middle">${escape(x)}</text>
<text transform="translate(14 ${height / 2}) rotate(-90)" text-anchor="middle">${escape(y)}</text></svg></figure>`
}

function scale(values: number[], [from, to]: [number, number], logarithmic: boolean) {
  const map = (value: number) => (logarithmic ? Math.log10(Math.max(value, 1e-6)) : value)
  const low = logarithmic ? Math.min(...values.filter((value) => value > 0)) : Math.min(0, ...values)
  const high = Math.max(...values)
  const span = map(high) - map(low) || 1
  const at = (value: number) => from + ((map(value) - map(low)) / span) * (to - from)
  const ticks = Array.from({ length: 6 }, (_, index) => low + ((high - low) * index) / 5)
  return { at, ticks: logarithmic ? ticks.map((_, index) => 10 ** (map(low) + (span * index) / 5)) : ticks }
}

const short = (value: number) =>
  Math.abs(value) >= 10_000 ? `${Math.round(value / 1000)}k` : Number(value.toPrecision(2))

export const escape = (text: string) => text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`)
