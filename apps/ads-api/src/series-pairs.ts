import type { Bucket, Series, SeriesUnit } from '@ads-tracker/data'

const day = 86_400_000

/**
 * The bucket of the period before that each bucket is compared with, or null. Where both periods are whole days or months, an
 * hour or a minute is compared with the one that the clock showed by the same name on the day with the same number: the hour
 * that a day of 25 hours has twice has one partner. Otherwise the first is compared with the first, the second with the second.
 */
export function pairs({ buckets, before, aligned }: Series, unit: SeriesUnit): (Bucket | null)[] {
  if (!aligned || unit === 'week' || unit === 'month') return buckets.map((_, index) => before[index] ?? null)
  const named = new Map(names(before, unit).map((name, index) => [name, before[index]!]))
  return names(buckets, unit).map((name) => named.get(name) ?? null)
}

// Number of the day in the period, and below a day what the clock shows, and for which time.
function names(buckets: Bucket[], unit: SeriesUnit): string[] {
  const locals = buckets.map(({ start, offset }) => start.getTime() + offset * 1000)
  const firstDay = Math.floor((locals[0] ?? 0) / day)
  const times = new Map<string, number>()
  return locals.map((local) => {
    const number = Math.floor(local / day) - firstDay
    const name = unit === 'day' ? `${number}` : `${number} ${local - Math.floor(local / day) * day}`
    times.set(name, (times.get(name) ?? 0) + 1)
    return `${name} ${times.get(name)}`
  })
}
