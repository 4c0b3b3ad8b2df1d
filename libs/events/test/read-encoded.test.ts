import { TypeCompiler } from '@sinclair/typebox/compiler'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { AdEvent, decodeEvent, encodeEvent } from '../src/index.ts'
import { readEncoded } from '../src/read-encoded.ts'

const schema = TypeCompiler.Compile(AdEvent)
const time = fc
  .date({ min: new Date('2000-01-01T00:00:00Z'), max: new Date('9999-12-31T23:59:59Z'), noInvalidDate: true })
  .map((date) => date.toISOString())
const event: fc.Arbitrary<AdEvent> = fc.record({
  event_id: fc.uuid(),
  ad_id: fc.integer({ min: 1, max: 2147483647 }),
  occurred_at: time,
  received_at: time,
  ip: fc.oneof(fc.ipV4(), fc.constant('2001:db8:1::'), fc.constant(null)),
  user_agent: fc.option(fc.string({ unit: 'grapheme', maxLength: 200 }).filter((text) => !text.includes('\0'))),
  playback_time: fc.option(fc.oneof(fc.integer({ min: 0, max: 1e9 }), fc.double({ min: 0, max: 1e9, noNaN: true }))),
})

describe('the quick way to read an event', () => {
  it('gives the event that was written, or leaves it to the long way', () => {
    let quick = 0
    fc.assert(
      fc.property(event, (written) => {
        const read = readEncoded(encodeEvent(written))
        if (read) quick += 1
        if (read) expect(read).toEqual(written)
        expect(decodeEvent(Buffer.from(encodeEvent(written)))).toEqual({
          ok: true,
          event: JSON.parse(encodeEvent(written)),
        })
      }),
      { numRuns: 500 },
    )
    expect(quick).toBeGreaterThan(30)
  })

  it('takes nothing that the long way refuses or reads otherwise, however the text was changed', () => {
    const change = fc.record({
      at: fc.nat(300),
      cut: fc.nat(3),
      put: fc.oneof(
        fc.string({ maxLength: 3 }),
        fc.constantFrom('9', '0', '-', ':', '"', '\\', '60', '.', 'null', '\u0001', '\ud800'),
      ),
    })
    fc.assert(
      fc.property(event, change, (written, { at, cut, put }) => {
        const text = encodeEvent(written)
        const changed = text.slice(0, at) + put + text.slice(at + cut)
        const read = readEncoded(changed)
        if (read === undefined) return
        const parsed: unknown = JSON.parse(changed)
        expect(schema.Check(parsed)).toBe(true)
        expect(read).toEqual(parsed)
      }),
      { numRuns: 5000 },
    )
  })

  it.each([
    ['a second of 60', { occurred_at: '2026-07-07T06:45:60.000Z' }],
    ['a day that does not exist', { occurred_at: '2026-02-30T06:45:00.000Z' }],
    ['an hour of 24', { received_at: '2026-02-03T24:00:00.000Z' }],
    ['a time before 2000', { occurred_at: '1999-12-31T23:59:59.999Z' }],
    ['an ad beyond 32 bits', { ad_id: 2147483648 }],
    ['an address that is none', { ip: '1.2.3.256' }],
    ['an id in upper case', { event_id: '0198A1B2-C3D4-7E5F-8A6B-7C8D9E0F1A2B' }],
    ['an agent with a line break', { user_agent: 'a\nb' }],
  ])('leaves %s to the long way', (_what, change) => {
    const valid = {
      event_id: '0198a1b2-c3d4-7e5f-8a6b-7c8d9e0f1a2b',
      ad_id: 1,
      occurred_at: '2026-07-07T06:45:00.000Z',
      received_at: '2026-07-07T06:45:00.000Z',
      ip: '192.168.1.0',
      user_agent: 'test',
      playback_time: 15,
    }
    expect(readEncoded(encodeEvent(valid))).toEqual(valid)
    expect(readEncoded(encodeEvent({ ...valid, ...change }))).toBeUndefined()
  })

  it('does not take a number as JSON would not', () => {
    const text = encodeEvent({
      event_id: '0198a1b2-c3d4-7e5f-8a6b-7c8d9e0f1a2b',
      ad_id: 1,
      occurred_at: '2026-07-07T06:45:00.000Z',
      received_at: '2026-07-07T06:45:00.000Z',
      ip: null,
      user_agent: null,
      playback_time: 15,
    })
    for (const wrong of ['015', '15.', '.5', '+15'])
      expect(readEncoded(text.replace(':15}', `:${wrong}}`))).toBeUndefined()
    expect(readEncoded(text.replace(':15}', ':15.25}'))).toMatchObject({ playback_time: 15.25 })
  })
})
