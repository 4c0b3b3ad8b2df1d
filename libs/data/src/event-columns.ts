import { quoted } from './array-literal.ts'
import type { EventRow } from './batch.ts'
import { millisecondsOf } from './milliseconds.ts'

/** The columns of events as array literals that grow row by row: this is the writer's own share of the work. */
export function createEventColumns() {
  let rows = 0
  let ranges = '',
    offsets = '',
    ids = '',
    ads = '',
    occurred = '',
    received = '',
    ips = '',
    agents = '',
    playbacks = ''
  let comma = ''
  return { add, addPosition, size: () => rows, positions, values }

  /** @returns when the event occurred, in milliseconds */
  function add({ event }: EventRow): number {
    const receivedAt = millisecondsOf(event.received_at)
    const occurredAt = event.occurred_at === event.received_at ? receivedAt : millisecondsOf(event.occurred_at)
    ids += comma + event.event_id
    ads += comma + event.ad_id
    received += comma + receivedAt
    occurred += comma + occurredAt
    ips += comma + event.ip
    agents += comma + (event.user_agent === null ? 'null' : quoted(event.user_agent))
    playbacks += comma + event.playback_time
    comma = ','
    rows++
    return occurredAt
  }

  /** Where an event lies; called before `add`. */
  function addPosition(place: number, offset: bigint) {
    ranges += comma + place
    offsets += comma + offset
  }

  function positions(): string[] {
    return [ranges, offsets].map((column) => `{${column}}`)
  }

  function values(): string[] {
    return [ids, ads, occurred, received, ips, agents, playbacks].map((column) => `{${column}}`)
  }
}
