import { uuidv7 } from '@ads-tracker/events'
import type { Fault } from '../fault.ts'
import { send } from '../send.ts'

const minute = 60_000
const hour = 60 * minute
const ahead = (ms: number) => new Date(Date.now() + ms).toISOString()

const accepted = () => [
  '2000-01-01T00:00:00Z',
  '2000-01-01T00:00:00.000+00:00',
  '2000-01-01T01:00:00+01:00',
  '2004-02-29T23:59:59.999Z',
  '2012-06-30T23:59:59Z',
  '2024-03-31T02:30:00+01:00',
  '2024-12-31T23:59:59.999Z',
  '2025-01-01T00:00:00.000Z',
  '2025-07-07T06:45:00.123456789Z',
  '2025-07-07t06:45:00z',
  '2025-07-07T06:45:59.9999Z',
  '2025-07-07T00:15:00+14:00',
  '2025-07-07T23:45:00-12:00',
  ahead(0),
  ahead(hour),
  ahead(24 * hour - minute),
  ahead(-400 * 24 * hour),
]

const refused = () => [
  '1999-12-31T23:59:59.999Z',
  '2000-01-01T00:00:00+01:00',
  '1970-01-01T00:00:00Z',
  '0000-01-01T00:00:00Z',
  '0001-01-01T00:00:00Z',
  '-000001-01-01T00:00:00Z',
  '9999-12-31T23:59:59Z',
  '+275760-09-13T00:00:00Z',
  '2025-02-29T00:00:00Z',
  '2025-02-30T00:00:00Z',
  '2025-13-01T00:00:00Z',
  '2025-00-10T00:00:00Z',
  '2025-07-07T24:00:00Z',
  '2025-07-07T06:60:00Z',
  '2016-12-31T23:59:60Z',
  '2025-07-07',
  '2025-07-07T06:45:00',
  '2025-07-07 06:45:00Z',
  '1751871900',
  '',
  'now',
  'Mon, 07 Jul 2025 06:45:00 GMT',
  '2025-07-07T06:45:00.Z',
  '٢٠٢٥-07-07T06:45:00Z',
  ahead(24 * hour + minute),
  ahead(400 * 24 * hour),
]

/** Accepted and counted in its minute, or refused at once: never a dead letter for a 202 that a client could not have known. */
export const absurdTimes: Fault = {
  row: 15,
  name: 'absurd-times',
  does: 'events of old, future and absurd times',
  async trial({ system, expect }) {
    const url = system.ingests[0]?.url ?? ''
    for (const [times, status] of [
      [accepted(), 202],
      [refused(), 400],
    ] as const) {
      for (const timestamp of times) {
        const answer = await send(system.journal, url, [{ type: 'click', event_id: uuidv7(), ad_id: 3, timestamp }])
        expect(answer.status === status, `the time ${timestamp} is answered ${answer.status}, not ${status}`)
      }
    }
    return undefined
  },
}
