import type { BatchEvent } from '@ads-tracker/sdk'

/** Labels of the sample ads, in the order of their ids. */
export const sampleLabels =
  `Example Shoes: Autumn run, Hifi Hut: Quiet hours, Brewster: Cold season, Velo: Ride to work,
  Deskly: Home office, Tripwise: City breaks, Planty: Green week, Lens & Co: Holiday season, Lingo: Back to school,
  Sunroof: Green week`
    .split(/,\s+/)
    .map((label) => label.split(': ') as [string, string])
    .map(([advertiser, campaign]) => ({ advertiser, campaign }))

const [day, days] = [86_400_000, 60]
const rates = [0.031, 0.018, 0.042, 0.052, 0.012, 0.036, 0.022, 0.047, 0.015, 0.027]

/** Impressions and clicks of the last 60 days: more by day than by night, on weekdays than on weekends, and more each week. */
export function sampleEvents(now: number): BatchEvent[] {
  const random = randomFrom(42)
  const events: BatchEvent[] = []
  for (let n = 0; n < 60_000; n++) {
    const time = now - random() * days * day
    const at = new Date(time)
    const byHour = 0.25 + 0.75 * Math.max(0, Math.sin((Math.PI * (at.getUTCHours() - 5)) / 18))
    const byWeekday = at.getUTCDay() % 6 === 0 ? 0.72 : 1
    const byAge = 1 - (0.4 * (now - time)) / (days * day)
    if (random() > byHour * byWeekday * byAge) continue
    const ad = Math.floor(rates.length * random() ** 1.6)
    const event = { ad_id: ad + 1, timestamp: at }
    events.push({ type: 'impression', ...event } as BatchEvent)
    if (random() < rates[ad]!)
      events.push({ type: 'click', ...event, playback_time: Math.round(random() * 30) } as BatchEvent)
  }
  return events
}

/** The same numbers from 0 to 1 for the same seed (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}
