import { randomBytes } from 'node:crypto'

/** Start of a UUIDv7 of this moment, random but for its last twelve digits, which a counter fills. */
export function idPrefix(): string {
  const time = Date.now().toString(16).padStart(12, '0')
  const random = randomBytes(3).toString('hex')
  return `${time.slice(0, 8)}-${time.slice(8)}-7${random.slice(0, 3)}-8${random.slice(3)}-`
}

const fields = () => `"ad_id":%d,"timestamp":"${new Date().toISOString()}","playback_time":15.5}`

/** Lua for wrk: clicks of about 130 bytes, each with an id of its own, on `ads` ads in turn. */
export function clickScript({ ads = 1000, path = '/ads/click' } = {}): string {
  return `
local n = 0
local head = "POST ${path} HTTP/1.1\\r\\nHost: bench\\r\\nContent-Type: application/json\\r\\nContent-Length: "
function request()
  n = n + 1
  local body = string.format('{"event_id":"${idPrefix()}%012x",${fields()}', n, n % ${ads} + 1)
  return head .. #body .. "\\r\\n\\r\\n" .. body
end
`
}

/** Lua for wrk: the same clicks, `size` in a request. */
export function bulkScript({ ads = 1000, size = 50 } = {}): string {
  return `
local n = 0
local head = "POST /ads/events HTTP/1.1\\r\\nHost: bench\\r\\nContent-Type: application/json\\r\\nContent-Length: "
function request()
  local events = {}
  for i = 1, ${size} do
    n = n + 1
    events[i] = string.format('{"type":"click","event_id":"${idPrefix()}%012x",${fields()}', n, n % ${ads} + 1)
  end
  local body = '{"events":[' .. table.concat(events, ",") .. ']}'
  return head .. #body .. "\\r\\n\\r\\n" .. body
end
`
}
