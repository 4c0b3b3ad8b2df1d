import type { EventType } from '@ads-tracker/events'
import { arrayOf } from './array-literal.ts'

const minuteMs = 60_000

/** Counts of events per ad and minute, as the four columns of a delta of the rollups. */
export function createDeltaSums() {
  const ads: number[] = []
  const minutes: number[] = []
  const clicks: number[] = []
  const impressions: number[] = []
  const byMinute = new Map<number, Map<number, number>>()
  let minute = Number.NaN
  let entries = new Map<number, number>()
  return { add, columns: () => [ads, minutes, clicks, impressions].map(arrayOf) }

  // Consecutive events usually share a minute, so its map is kept.
  function add(type: EventType, ad: number, occurredAt: number) {
    const at = Math.floor(occurredAt / minuteMs)
    if (at !== minute) {
      minute = at
      entries = byMinute.get(at) ?? new Map<number, number>()
      byMinute.set(at, entries)
    }
    let entry = entries.get(ad)
    if (entry === undefined) {
      entry = ads.push(ad) - 1
      entries.set(ad, entry)
      minutes.push(at)
      clicks.push(0)
      impressions.push(0)
    }
    const counts = type === 'click' ? clicks : impressions
    counts[entry] = (counts[entry] as number) + 1
  }
}
