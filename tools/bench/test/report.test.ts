import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { compare } from '../src/report/compare.ts'
import { htmlOf } from '../src/report/html.ts'
import { atLeast, atMost, type Report, type Result } from '../src/result.ts'

const result: Result = {
  benchmark: 'ingest',
  figures: [
    { name: 'throughput <b>', unit: 'req/s', samples: [100, 101, 102], better: 'higher' },
    { name: 'p99', unit: 'ms', samples: [5, 5, 5], better: 'lower' },
  ],
  goals: [atLeast('against the floor', 0.9, 0.85), atMost('p99', 30, 25)],
  checks: [{ name: 'in the log', ok: true, detail: '5 of 5' }],
  plots: [
    {
      title: 'Latency',
      x: 'percentile',
      y: 'ms',
      logarithmic: 'y',
      series: [
        {
          name: 'ours',
          points: [
            [0, 1],
            [50, 10],
            [100, 100],
          ],
        },
      ],
    },
  ],
  notes: [],
}
const report: Report = {
  at: '2026-01-01T00:00:00.000Z',
  machine: '2 cores',
  options: { rounds: 3, seconds: 5 },
  results: [result],
}

describe('the report', () => {
  test('says of each goal whether it was met', () => {
    expect(result.goals.map(({ met }) => met)).toEqual([true, false])
    expect(htmlOf(report)).toMatch(/class="met">met.*class="missed">missed/s)
  })

  test('is one page with its plots in it, which needs nothing from elsewhere', () => {
    const page = htmlOf(report)
    expect(page).toContain('<polyline points=')
    expect(page).toContain('throughput &#60;b&#62;')
    expect(page).not.toMatch(/<script|<link|src=|NaN/)
  })

  test('compares with an earlier run, and is silent about noise', () => {
    const folder = mkdtempSync(join(tmpdir(), 'bench-report-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const file = join(folder, 'before.json')
    writeFileSync(file, JSON.stringify(report))
    const [throughput, p99] = result.figures
    if (!throughput || !p99) throw new Error('the figures are gone')
    const now = (samples: number[]) => [{ ...result, figures: [{ ...throughput, samples }, p99] }]
    expect(compare(file, now([99, 100, 103]))).toEqual([])
    expect(compare(file, now([50, 51, 52]))).toEqual([
      expect.stringMatching(/^worse +throughput <b>: 101 → 51\.0 req\/s \(-50 %\)$/),
    ])
    expect(compare(file, now([200, 201, 202]))).toEqual([expect.stringMatching(/^better/)])
  })
})
