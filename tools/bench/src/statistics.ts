export interface Summary {
  median: number
  min: number
  max: number
}

/** NaN throughout when there is no sample. */
export function summarise(samples: number[]): Summary {
  const sorted = samples.toSorted((a, b) => a - b)
  return { median: percentile(sorted, 50), min: sorted[0] ?? NaN, max: sorted.at(-1) ?? NaN }
}

export const median = (samples: number[]): number => summarise(samples).median

/** Of samples in ascending order, with interpolation between neighbours. */
export function percentile(sorted: ArrayLike<number>, percent: number): number {
  const place = ((sorted.length - 1) * percent) / 100
  const below = sorted[Math.floor(place)] ?? NaN
  const above = sorted[Math.ceil(place)] ?? NaN
  return below + (above - below) * (place - Math.floor(place))
}

/** Round by round, so that what slows the machine for a while slows both sides of a ratio. */
export function ratios(samples: number[], floor: number[]): number[] {
  return samples.map((sample, round) => sample / (floor[round] ?? NaN))
}

/** Whether the medians differ by more than the samples of both sides scatter. */
export function movedBeyondNoise(before: number[], now: number[]): boolean {
  const [a, b] = [summarise(before), summarise(now)]
  return Math.max(a.min, b.min) > Math.min(a.max, b.max) && Math.abs(b.median / a.median - 1) > 0.05
}

const curve = [0, 10, 25, 50, 75, 90, 95, 99, 99.9, 100]

/** Points of a latency curve: percentile and milliseconds. */
export function latencyCurve(sorted: ArrayLike<number>): [number, number][] {
  return sorted.length === 0 ? [] : curve.map((percent) => [percent, percentile(sorted, percent)])
}
