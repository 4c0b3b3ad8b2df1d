import { isIP } from 'node:net'
import { type AdEvent, largestAdId } from './ad-event.ts'
import { isDateTime } from './formats.ts'

// Matches only what `encodeEvent` writes: same order, no blanks, no escapes. Other events are parsed as JSON.
const hex = (digits: number) => `[0-9a-f]{${digits}}`
const time = '"([2-9]\\d{3}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}\\.\\d{3}Z)"'
const encoded = new RegExp(
  `^\\{"event_id":"(${hex(8)}-${hex(4)}-${hex(4)}-${hex(4)}-${hex(12)})","ad_id":([1-9]\\d{0,9}),"occurred_at":${time},"received_at":${time},` +
    '"ip":(?:null|"([0-9a-f.:]{2,45})"),"user_agent":(?:null|"([^"\\\\\\u0000-\\u001f\\ud800-\\udfff]{0,512})"),"playback_time":(?:null|((?:0|[1-9]\\d{0,8})(?:\\.\\d{1,6})?))\\}$',
)

/**
 * Reads the JSON that `encodeEvent` writes, in a third of the time of parsing and validation. Returns undefined for any other text,
 * even a valid event.
 */
export function readEncoded(json: string): AdEvent | undefined {
  const match = encoded.exec(json)
  if (match === null) return undefined
  const [, event_id, ad, occurred_at, received_at, ip, agent, playback] = match as unknown as [
    string,
    string,
    string,
    string,
    string,
    string?,
    string?,
    string?,
  ]
  const ad_id = Number(ad)
  if (ad_id > largestAdId || !isTime(occurred_at) || !isTime(received_at) || !isAddress(ip)) return undefined
  return {
    event_id,
    ad_id,
    occurred_at,
    received_at,
    ip: ip ?? null,
    user_agent: agent ?? null,
    playback_time: playback === undefined ? null : Number(playback),
  }
}

let lastMinute = ''
// Consecutive events usually share a minute, so it is validated only when it changes.
function isTime(text: string): boolean {
  if (text.charCodeAt(17) > 53) return false
  if (text.startsWith(lastMinute) && lastMinute !== '') return true
  if (!isDateTime(text)) return false
  lastMinute = text.slice(0, 17)
  return true
}

let lastAddress = ''
function isAddress(ip: string | undefined): boolean {
  if (ip === undefined || ip === lastAddress) return true
  if (isIP(ip) === 0) return false
  lastAddress = ip
  return true
}
