import type { Report, Result } from '../result.ts'
import { summarise } from '../statistics.ts'
import { number } from './console.ts'
import { escape, svgOf } from './plot.ts'

const style = `body{font:15px/1.5 system-ui,sans-serif;max-width:1000px;margin:2em auto;padding:0 1em;color:#222}
table{border-collapse:collapse;margin:1em 0}td,th{padding:.2em .8em;border-bottom:1px solid #ddd;text-align:left}td.n{text-align:right;font-variant-numeric:tabular-nums}
.met{color:#176c2f}.missed{color:#a01818}figure{display:inline-block;width:100%;max-width:640px;margin:1em 0}svg{width:100%;font-size:12px}figcaption{font-weight:600}`

/** One page that can be opened from the disk: goals, figures, plots. */
export function htmlOf({ at, machine, options, results }: Report): string {
  const goals = results.flatMap(({ benchmark, goals: own }) =>
    own.map(({ name, goal, figure, met }) =>
      row(
        `<td class="${met ? 'met' : 'missed'}">${met ? 'met' : 'missed'}</td><td>${benchmark}</td><td>${escape(name)}</td><td class="n">${goal}</td><td class="n">${number(figure)}</td>`,
      ),
    ),
  )
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>Ads Tracker: benchmarks</title><style>${style}</style>
<h1>Ads Tracker: benchmarks</h1><p>${escape(at)} · ${escape(machine)} · ${options.rounds} rounds of ${options.seconds} s</p>
<h2>Goals</h2><table><tr><th></th><th>benchmark</th><th>what</th><th>goal</th><th>figure</th></tr>${goals.join('')}</table>
${results.map(sectionOf).join('\n')}</html>
`
}

function sectionOf({ benchmark, figures, checks, plots, notes }: Result): string {
  const rows = figures.map(({ name, unit, samples }) => {
    const { median, min, max } = summarise(samples)
    return row(
      `<td>${escape(name)}</td>${[median, min, max].map((value) => `<td class="n">${number(value)}</td>`).join('')}<td>${unit}</td>`,
    )
  })
  const list = [...checks.map(({ name, ok, detail }) => `${ok ? 'ok' : 'FAILED'}: ${name}: ${detail}`), ...notes].map(
    (text) => `<li>${escape(text)}</li>`,
  )
  return `<h2>${benchmark}</h2>${plots.map(svgOf).join('')}
<table><tr><th>figure</th><th>median</th><th>min</th><th>max</th><th></th></tr>${rows.join('')}</table><ul>${list.join('')}</ul>`
}

const row = (cells: string) => `<tr>${cells}</tr>`
