import { describe, expect, test } from 'vitest'
import { benchmarkNames, parseOptions } from '../src/options.ts'

describe('the arguments', () => {
  test('name the benchmarks; all when there is none', () => {
    expect(parseOptions(['ingest', 'bulk']).names).toEqual(['ingest', 'bulk'])
    expect(parseOptions([]).names).toEqual(benchmarkNames)
  })

  test('set rounds, seconds and files', () => {
    expect(parseOptions(['writer', '--rounds', '5', '--seconds', '10', '--json', 'a.json', '--profile'])).toMatchObject(
      { rounds: 5, seconds: 10, json: 'a.json', profile: true },
    )
  })

  test.each([[['nothing']], [['--rounds', '0']], [['--seconds', '1.5']], [['--unknown']]])(
    'are refused with a reason: %s',
    (args) => {
      expect(() => parseOptions(args)).toThrow()
    },
  )
})
