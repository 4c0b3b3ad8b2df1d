import type { Report } from './run-fault.ts'

const columns = ['#', 'fault', 'trials', 'acknowledged', 'lost', 'doubled', 'recovery p50', 'max', 'promises']

/** The result as a Markdown table. */
export function table(reports: Report[]): string {
  const rows = [columns, columns.map((name) => '-'.repeat(name.length)), ...reports.map(row)]
  const widths = columns.map((_, column) => Math.max(...rows.map((cells) => (cells[column] as string).length)))
  return rows
    .map((cells) => `| ${cells.map((cell, column) => cell.padEnd(widths[column] as number)).join(' | ')} |`)
    .join('\n')
}

function row({ fault, trials, verdict, recoveries, violations }: Report): string[] {
  const { acknowledged = '?', lost = '?', doubled = '?' } = verdict?.counts ?? {}
  const sorted = recoveries.toSorted((a, b) => a - b)
  return [
    String(fault.row),
    fault.name,
    String(trials),
    String(acknowledged),
    String(lost),
    String(doubled),
    seconds(sorted[Math.floor((sorted.length - 1) / 2)]),
    seconds(sorted.at(-1)),
    violations.length === 0 ? 'kept' : 'BROKEN',
  ]
}

function seconds(ms: number | undefined): string {
  return ms === undefined ? '-' : `${(ms / 1000).toFixed(2)} s`
}
