import { uuidv7 } from '@ads-tracker/events'
import type { SentEvent } from './journal.ts'
import type { Random } from './random.ts'

/** Ads that exist: 1 to this. */
export const adCount = 20

const day = 24 * 60 * 60 * 1000

/** A click or an impression as all kinds of clients send it: with and without a time, an address, a version 7 or 4 id. */
export function makeEvent(random: Random): SentEvent {
  const event: SentEvent = {
    type: random.chance(0.4) ? 'click' : 'impression',
    ad_id: random.chance(0.5) ? 1 : random.integer(1, adCount),
  }
  if (random.chance(0.95)) event.event_id = makeId(random)
  if (random.chance(0.5)) event.timestamp = new Date(Date.now() + random.integer(-2 * day, day - 60_000)).toISOString()
  if (random.chance(0.3))
    event.ip = random.chance(0.5)
      ? `203.0.${random.integer(0, 255)}.${random.integer(0, 255)}`
      : `2001:db8:${random.hex(4)}:${random.hex(4)}::1`
  if (random.chance(0.7))
    event.playback_time = random.chance(0.5) ? random.integer(0, 600) : Math.round(random.next() * 1e6) / 1000
  return event
}

function makeId(random: Random): string {
  if (random.chance(0.85)) return uuidv7()
  return `${random.hex(8)}-${random.hex(4)}-4${random.hex(3)}-${random.pick(['8', '9', 'a', 'b'])}${random.hex(3)}-${random.hex(12)}`
}
