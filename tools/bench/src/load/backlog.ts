import { type AdEvent, encodeEvent, eventHeaders } from '@ads-tracker/events'
import { createProducer } from '@ads-tracker/kafka'
import type { Broker } from '../processes/broker.ts'
import { idPrefix } from './click-script.ts'
import { createUserAgents } from './user-agents.ts'

const ads = 1000

/** Clicks of the last ten minutes. With `repeatEvery` the last of so many repeat clicks from before, as clients do whose first answer was lost. */
export function clicks(count: number, repeatEvery = Infinity): AdEvent[] {
  const prefix = idPrefix()
  const now = Date.now()
  const userAgents: string[] = []
  const userAgent = createUserAgents()
  const fresh = count - count / repeatEvery
  return Array.from({ length: count }, (_, index) => {
    const number = index < fresh ? index : (index - fresh) * (repeatEvery - 1)
    const time = new Date(now - (number % 600_000)).toISOString()
    return {
      event_id: `${prefix}${number.toString(16).padStart(12, '0')}`,
      ad_id: (number % ads) + 1,
      occurred_at: time,
      received_at: time,
      ip: '192.168.1.0',
      user_agent: (userAgents[number] ??= userAgent()),
      playback_time: 15.5,
    }
  })
}

/** Writes them into a topic as ingest does. */
export async function produce({ kafka }: Broker, topic: string, events: AdEvent[]): Promise<void> {
  const producer = createProducer({ kafka: () => kafka, maxQueued: 50_000, deadlineMs: 20_000 })
  for (let from = 0; from < events.length; from += 5000) {
    await Promise.all(
      events.slice(from, from + 5000).map((event) =>
        producer.publish(topic, {
          key: event.event_id,
          value: encodeEvent(event),
          headers: eventHeaders(event.event_id),
        }),
      ),
    )
  }
  await producer.close()
}
