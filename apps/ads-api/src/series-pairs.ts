import type { Bucket, Series, SeriesUnit } from '@ads-tracker/data'

const day = 86_400_000

/**
 * For each bucket the bucket of the previous period that it is compared with, or null. If both periods are whole days or months,
 * an hour or a minute is compared with the one of the same local time on the day with the same number; the repeated hour of a day
 * of 25 hours has no second bucket to compare with. Otherwise buckets are compared by their index.
 */
export function pairs({ buckets, before, aligned }: Series, unit: SeriesUnit): (Bucket | null)[] {
  if (!aligned || unit === 'week' || unit === 'month') return buckets.map((_, index) => before[index] ?? null)
  const named = new Map(names(before, unit).map((name, index) => [name, before[index]!]))
  return names(buckets, unit).map((name) => named.get(name) ?? null)
}

// Day number within the period and, for hours and minutes, the local time and how often it occurred so far.
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
