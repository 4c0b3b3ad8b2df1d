import { parseEventRequest } from '@ads-tracker/events'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { mistakesOfEvent } from '../src/check.ts'

const arrival = { receivedAt: Date.UTC(2026, 0, 1), ip: '127.0.0.1', userAgent: undefined }
const text = fc.oneof(
  fc.string(),
  fc.constantFrom(
    '2025-07-07T06:45:00Z',
    '2025-02-29T00:00:00Z',
    '2025-06-31T00:00:00+02:00',
    '2025-07-07 06:45:00Z',
    '10.0.0.1',
    '256.1.1.1',
    '::1',
    '::ffff:1.2.3.4',
    '1::2::3',
    'fe80::1%eth0',
    '01.2.3.4',
    '0198a1b2-c3d4-7e5f-8a6b-7c8d9e0f1a2b',
    '',
    '60',
    'null',
  ),
  fc.ipV4(),
  fc.ipV6(),
  fc.uuid(),
  fc
    .date({ min: new Date('2001-01-01'), max: new Date('2025-12-31'), noInvalidDate: true })
    .map((date) => date.toISOString()),
)
const value = fc.oneof(
  text,
  fc.integer({ min: -2, max: 3_000_000_000 }),
  fc.double(),
  fc.constantFrom(null, true, [], {}, 0, 1, 2147483647, 2147483648, 1e9),
)
const event = fc.record(
  { ad_id: fc.oneof(fc.constant(1), value), event_id: value, timestamp: value, ip: value, playback_time: value },
  { requiredKeys: ['ad_id'] },
)

it('what the SDK refuses, ingest refuses for the same fields, and the other way round', () => {
  fc.assert(
    fc.property(event, (one) => {
      const sent = JSON.parse(JSON.stringify(one)) as Record<string, unknown>
      const parsed = parseEventRequest(sent, arrival)
      // times before 2000 are the one thing that the schema cannot say
      const byServer = ('errors' in parsed ? parsed.errors : [])
        .filter(({ message }) => !message.startsWith('must not be'))
        .map(({ field }) => field)
        .sort()
      const bySdk = mistakesOfEvent({ type: 'click', ...sent })
        .map(({ field }) => field)
        .sort()
      expect(bySdk).toEqual(byServer)
    }),
    { numRuns: 3000 },
  )
})
