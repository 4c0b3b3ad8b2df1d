import { arrayOf, quoted } from './array-literal.ts'
import type { EventRow } from './batch.ts'
import { millisecondsOf } from './milliseconds.ts'

/** Texts that are in a batch once, and named by their place, from 1. */
export function createTexts() {
  const places = new Map<string, number>()
  return { place, column: () => arrayOf([...places.keys()].map(quoted)) }

  function place(text: string): number {
    let known = places.get(text)
    if (known === undefined) {
      known = places.size + 1
      places.set(text, known)
    }
    return known
  }
}

/** The columns of events as array literals that grow row by row: this is the writer's own share of the work. */
export function createEventColumns(userAgents: Pick<ReturnType<typeof createTexts>, 'place'>) {
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
    agents += comma + (event.user_agent === null ? 'null' : userAgents.place(event.user_agent))
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
