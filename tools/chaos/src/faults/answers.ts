import type { Seen } from '../send.ts'

/** Statuses that are not among the allowed ones, each once; 0 is no answer. */
export function unusual(seen: Seen[], allowed: number[]): number[] {
  return [...new Set(seen.map(({ status }) => status))].filter((status) => !allowed.includes(status))
}

/** The longest that anybody waited, in milliseconds. */
export function slowest(seen: Seen[]): number {
  return seen.reduce((most, { began, ended }) => Math.max(most, ended - began), 0)
}

/** The value below which that part of all lies. */
export function percentile(values: number[], part: number): number {
  return values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * part))] ?? 0
}

/** Events that were acknowledged. */
export function acknowledged(seen: Seen[]): number {
  return seen.reduce((sum, { outcomes }) => sum + outcomes.filter((outcome) => outcome === 'ok').length, 0)
}
