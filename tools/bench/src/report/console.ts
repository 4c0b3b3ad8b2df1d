import type { Result } from '../result.ts'
import { summarise } from '../statistics.ts'

/** The figures of one benchmark: median, and minimum and maximum over the rounds. */
export function printResult({ benchmark, figures, checks, notes }: Result): void {
  console.log(`\n${benchmark}`)
  for (const { name, unit, samples } of figures) {
    const { median, min, max } = summarise(samples)
    console.log(
      `  ${name.padEnd(64)} ${number(median).padStart(10)} ${unit.padEnd(9)} (${number(min)} to ${number(max)})`,
    )
  }
  for (const { name, ok, detail } of checks) console.log(`  ${ok ? 'ok  ' : 'FAIL'} ${name}: ${detail}`)
  for (const note of notes) console.log(`  note: ${note}`)
}

/** Every goal beside its figure. */
export function printGoals(results: Result[]): void {
  console.log('\ngoals')
  for (const { benchmark, goals } of results) {
    for (const { name, goal, figure, met } of goals) {
      console.log(
        `  ${met ? 'met   ' : 'missed'}  ${benchmark.padEnd(10)} ${name.padEnd(64)} ${goal.padEnd(10)} ${number(figure)}`,
      )
    }
  }
}

/** Three digits that matter. */
export function number(value: number): string {
  if (!Number.isFinite(value)) return '-'
  if (Math.abs(value) >= 1000) return Math.round(value).toLocaleString('en')
  return value.toPrecision(3)
}
