import type { Trial } from '../fault.ts'
import type { Seen } from '../send.ts'

/** Notes the statuses that are not among the allowed ones, each once, as a broken promise; 0 is no answer. */
export function expectOnly(expect: Trial['expect'], allowed: number[], seen: Seen[], when: string): void {
  const others = [...new Set(seen.map(({ status }) => status))].filter((status) => !allowed.includes(status))
  expect(others.length === 0, `answers ${others.join(', ')} ${when}`)
}

/** Milliseconds until the answer. */
export const waitOf = ({ began, ended }: Seen) => ended - began

/** The longest that a client waited, in milliseconds. */
export function slowest(seen: Seen[]): number {
  return seen.reduce((most, each) => Math.max(most, waitOf(each)), 0)
}

/** The value below which that part of all lies. */
export function percentile(values: number[], part: number): number {
  return values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * part))] ?? 0
}

/** Events that were acknowledged. */
export function acknowledged(seen: Seen[]): number {
  return seen.reduce((sum, { outcomes }) => sum + outcomes.filter((outcome) => outcome === 'ok').length, 0)
}
