const week = 7 * 24 * 60 * 60 * 1000

export const limited = 'events; one older than a week counts as 10'

/**
 * How many events one counts for. The rollups of a minute, an hour and a day of the past are made anew for it and kept, so
 * that one older than a week counts as ten.
 */
export function costOf(event: unknown): number {
  const { timestamp } = (event ?? {}) as { timestamp?: unknown }
  return typeof timestamp === 'string' && Date.parse(timestamp) < Date.now() - week ? 10 : 1
}
