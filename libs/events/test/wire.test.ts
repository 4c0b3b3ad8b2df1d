import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type AdEvent, anonymizeIp, decodeEvent, encodeEvent, parseEventRequest, uuidv7 } from '../src/index.ts'

const event: AdEvent = {
  event_id: '01a2073b-acfa-7616-b330-33966db7335d',
  ad_id: 1,
  occurred_at: '2025-07-07T06:45:00.000Z',
  received_at: '2025-07-07T06:45:01.123Z',
  ip: '192.168.1.0',
  user_agent: 'player/1.0 "quoted" \\ \n',
  playback_time: 15.5,
}
const bytes = (value: unknown) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value))

describe('the wire', () => {
  it('carries every event that ingest makes, unchanged', () => {
    const requests = fc.record(
      {
        ad_id: fc.integer({ min: 1, max: 2147483647 }),
        timestamp: fc
          .date({ min: new Date('2000-01-01'), max: new Date('2026-01-01'), noInvalidDate: true })
          .map((date) => date.toISOString()),
        ip: fc.oneof(fc.ipV4(), fc.ipV6()),
        playback_time: fc.double({ min: 0, max: 1e9, noNaN: true }),
        event_id: fc.uuid(),
      },
      { requiredKeys: ['ad_id'] },
    )
    fc.assert(
      fc.property(requests, fc.option(fc.string({ unit: 'binary' }), { nil: undefined }), (body, userAgent) => {
        const parsed = parseEventRequest(body, { receivedAt: Date.UTC(2026, 0, 1), ip: '::1', userAgent })
        if ('errors' in parsed) throw new Error(JSON.stringify(parsed.errors))
        expect(decodeEvent(Buffer.from(encodeEvent(parsed.event)))).toEqual({
          ok: true,
          event: { ...parsed.event, playback_time: parsed.event.playback_time },
        })
      }),
    )
  })

  it('reads the golden record of version 1, and one with fields of a later version', () => {
    const golden = readFileSync(new URL('./golden/ad-event.v1.json', import.meta.url))
    expect(decodeEvent(golden)).toEqual({ ok: true, event })
    expect(encodeEvent(event)).toBe(golden.toString().trim())
    expect(decodeEvent(bytes({ ...event, campaign: 'new' }))).toMatchObject({ ok: true })
  })

  it.each([
    ['no value', null, 'undecodable'],
    ['an empty value', bytes(''), 'undecodable'],
    ['broken JSON', bytes('{'), 'undecodable'],
    ['bytes that are not UTF-8', Buffer.from([0x7b, 0xff, 0x7d]), 'undecodable'],
    ['a list', bytes([]), 'schema_invalid'],
    ['an id in upper case', bytes({ ...event, event_id: event.event_id.toUpperCase() }), 'schema_invalid'],
    ['an int overflow', bytes({ ...event, ad_id: 2147483648 }), 'schema_invalid'],
    ['a NUL', bytes({ ...event, user_agent: 'a\0' }), 'schema_invalid'],
    ['a lone surrogate', bytes(JSON.stringify(event).replace('player', '\\ud800')), 'schema_invalid'],
    ['a wild date', bytes({ ...event, occurred_at: '9999-99-99T99:99:99.999Z' }), 'schema_invalid'],
    ['a date before all others', bytes({ ...event, occurred_at: '0001-01-01T00:00:00.000Z' }), 'schema_invalid'],
    ['no time', bytes({ ...event, received_at: undefined }), 'schema_invalid'],
    ['an address with a mask', bytes({ ...event, ip: '10.0.0.0/8' }), 'schema_invalid'],
  ])('names what cannot be stored: %s', (_name, value, reason) => {
    expect(decodeEvent(value)).toMatchObject({ ok: false, reason })
  })

  it('keeps the event id of a record that is otherwise wrong', () => {
    expect(decodeEvent(bytes({ event_id: event.event_id.toUpperCase() }))).toMatchObject({ eventId: event.event_id })
    expect(decodeEvent(bytes({ event_id: 'x' }))).toMatchObject({ eventId: null })
  })
})

describe('an address', () => {
  it.each([
    ['192.168.1.77', '192.168.1.0'],
    ['2001:db8:1:2::3', '2001:db8:1::'],
    ['2001:DB8:0:0:1::1', '2001:db8::'],
    ['::ffff:1.2.3.4', '1.2.3.0'],
    ['::1', '::'],
    ['fe80::1%eth0', 'fe80::'],
  ])('%s is cut to %s', (ip, network) => {
    expect(anonymizeIp(ip)).toBe(network)
  })
})

describe('an id of ours', () => {
  it('is a UUID version 7 that begins with its time', () => {
    const now = Date.UTC(2026, 1, 3)
    const ids = Array.from({ length: 2000 }, () => uuidv7(now))
    expect(new Set(ids).size).toBe(2000)
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    expect(Number.parseInt((ids[0] as string).replaceAll('-', '').slice(0, 12), 16)).toBe(now)
  })
})
