const week = 7 * 24 * 60 * 60 * 1000

export const limited = 'events; one older than a week counts as 10'

/**
 * The number of events that this one counts as. An event of the past adds rows for its minute, hour and day to the rollups, so
 * one that is older than a week counts as ten.
 */
export function costOf(event: unknown): number {
  const { timestamp } = (event ?? {}) as { timestamp?: unknown }
  return typeof timestamp === 'string' && Date.parse(timestamp) < Date.now() - week ? 10 : 1
}
