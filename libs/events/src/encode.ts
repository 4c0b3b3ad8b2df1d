import type { AdEvent } from './ad-event.ts'
import { eventVersion } from './ad-event.ts'

/** JSON of an event. Faster than JSON.stringify, because only the user agent may need escaping. */
export function encodeEvent(event: AdEvent): string {
  const ip = event.ip === null ? 'null' : `"${event.ip}"`
  const agent = event.user_agent === null ? 'null' : JSON.stringify(event.user_agent)
  return (
    `{"event_id":"${event.event_id}","ad_id":${event.ad_id},"occurred_at":"${event.occurred_at}",` +
    `"received_at":"${event.received_at}","ip":${ip},"user_agent":${agent},"playback_time":${event.playback_time}}`
  )
}

/** Record headers: schema version and id of the HTTP request. */
export function eventHeaders(requestId: string, traceparent?: string): Record<string, string> {
  return traceparent === undefined
    ? { v: eventVersion, 'request-id': requestId }
    : { v: eventVersion, 'request-id': requestId, traceparent }
}
