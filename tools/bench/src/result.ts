/** One measured quantity: a sample for each round. */
export interface Figure {
  name: string
  unit: string
  samples: number[]
  /** Which way is good; neither when it only explains. */
  better?: 'higher' | 'lower'
}

export interface Goal {
  name: string
  /** Such as `≥ 0.85`. */
  goal: string
  figure: number
  met: boolean
}

/** Something that must hold in every run, such as "every acknowledged event is in the log". */
export interface Check {
  name: string
  ok: boolean
  detail: string
}

export interface Plot {
  title: string
  x: string
  y: string
  logarithmic?: 'x' | 'y' | 'both'
  series: { name: string; points: [number, number][] }[]
}

export interface Result {
  benchmark: string
  figures: Figure[]
  goals: Goal[]
  checks: Check[]
  plots: Plot[]
  notes: string[]
}

export interface Report {
  at: string
  machine: string
  options: { rounds: number; seconds: number }
  results: Result[]
}

export function atLeast(name: string, figure: number, limit: number): Goal {
  return { name, goal: `≥ ${limit}`, figure, met: figure >= limit }
}

export function atMost(name: string, figure: number, limit: number): Goal {
  return { name, goal: `≤ ${limit}`, figure, met: figure <= limit }
}
