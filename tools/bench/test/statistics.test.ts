import { describe, expect, test } from 'vitest'
import { latencyCurve, median, movedBeyondNoise, percentile, ratios, summarise } from '../src/statistics.ts'

describe('statistics', () => {
  test('a percentile lies between its neighbours', () => {
    expect(percentile([1, 2, 3, 4, 5], 50)).toBe(3)
    expect(percentile([1, 2], 50)).toBe(1.5)
    expect(percentile([7], 99)).toBe(7)
    expect(percentile([], 50)).toBeNaN()
  })

  test('a summary does not depend on the order of the rounds', () => {
    expect(summarise([3, 1, 2])).toEqual({ median: 2, min: 1, max: 3 })
    expect(median([10, 1])).toBe(5.5)
  })

  test('a ratio is taken round by round', () => {
    expect(ratios([10, 40], [20, 50])).toEqual([0.5, 0.8])
  })

  test('something moved when the rounds of both runs do not overlap and the medians differ by more than 5 %', () => {
    expect(movedBeyondNoise([10, 11, 12], [20, 21, 22])).toBe(true)
    expect(movedBeyondNoise([20, 21, 22], [10, 11, 12])).toBe(true)
    expect(movedBeyondNoise([10, 11, 12], [11.5, 12, 13])).toBe(false)
    expect(movedBeyondNoise([100, 100], [101, 101])).toBe(false)
  })

  test('a curve goes from the fastest to the slowest', () => {
    const curve = latencyCurve([1, 2, 3])
    expect([curve[0], curve.at(-1)]).toEqual([
      [0, 1],
      [100, 3],
    ])
    expect(latencyCurve([])).toEqual([])
  })
})
