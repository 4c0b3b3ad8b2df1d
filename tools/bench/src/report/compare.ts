import { readFileSync } from 'node:fs'
import type { Report, Result } from '../result.ts'
import { median, movedBeyondNoise } from '../statistics.ts'
import { number } from './console.ts'

/** What moved since the run that wrote `file`, beyond what the rounds of both runs scatter. */
export function compare(file: string, results: Result[]): string[] {
  const before = JSON.parse(readFileSync(file, 'utf8')) as Report
  const known = new Map(before.results.flatMap(({ figures }) => figures.map((figure) => [figure.name, figure])))
  return results.flatMap(({ figures }) =>
    figures.flatMap(({ name, unit, samples, better }) => {
      const old = known.get(name)
      if (!old || !movedBeyondNoise(old.samples, samples)) return []
      const [from, to] = [median(old.samples), median(samples)]
      const verdict = better === undefined ? 'moved' : to > from === (better === 'higher') ? 'better' : 'worse'
      return [
        `${verdict.padEnd(6)} ${name}: ${number(from)} → ${number(to)} ${unit} (${to > from ? '+' : ''}${((to / from - 1) * 100).toFixed(0)} %)`,
      ]
    }),
  )
}
