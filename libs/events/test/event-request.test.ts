import { describe, expect, it } from 'vitest'
import { parseEventRequest } from '../src/index.ts'

const receivedAt = Date.UTC(2026, 0, 1, 12)
const arrival = { receivedAt, ip: '203.0.113.77', userAgent: 'player/1.0' }
const parse = (body: unknown, extra = {}) => parseEventRequest(body, { ...arrival, ...extra })
const eventOf = (body: unknown, extra = {}) => {
  const parsed = parse(body, extra)
  if ('errors' in parsed) throw new Error(JSON.stringify(parsed.errors))
  return parsed.event
}
const fieldsOf = (body: unknown, extra = {}) => {
  const parsed = parse(body, extra)
  return 'errors' in parsed ? parsed.errors.map(({ field }) => field) : []
}

describe('an event request', () => {
  it('becomes the event that the original README describes', () => {
    expect(eventOf({ ad_id: 1, timestamp: '2025-07-07T06:45:00Z', ip: '192.168.1.1', playback_time: 15 })).toEqual({
      event_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      ad_id: 1,
      occurred_at: '2025-07-07T06:45:00.000Z',
      received_at: '2026-01-01T12:00:00.000Z',
      ip: '192.168.1.0',
      user_agent: 'player/1.0',
      playback_time: 15,
    })
  })

  it('takes time, address and identity from the arrival when it says none', () => {
    const event = eventOf({ ad_id: 7 })
    expect(event.occurred_at).toBe(event.received_at)
    expect(event).toMatchObject({ ip: '203.0.113.0', playback_time: null })
    expect(event.event_id.slice(14, 15)).toBe('7')
    expect(eventOf({ ad_id: 7 }).event_id).not.toBe(event.event_id)
  })

  it('takes the identity from the body or the header, in lower case', () => {
    const id = '0198A1B2-C3D4-7E5F-8A6B-7C8D9E0F1A2B'
    expect(eventOf({ ad_id: 1, event_id: id }).event_id).toBe(id.toLowerCase())
    expect(eventOf({ ad_id: 1 }, { idempotencyKey: id }).event_id).toBe(id.toLowerCase())
    expect(eventOf({ ad_id: 1, event_id: id }, { idempotencyKey: id.toLowerCase() }).event_id).toBe(id.toLowerCase())
  })

  it('ignores fields that it does not know', () => {
    expect(eventOf({ ad_id: 1, campaign: { deep: [1] } })).not.toHaveProperty('campaign')
  })

  it('keeps a time in another zone as the same moment in UTC, to the millisecond', () => {
    expect(eventOf({ ad_id: 1, timestamp: '2025-12-31T23:59:59.123456+02:00' }).occurred_at).toBe(
      '2025-12-31T21:59:59.123Z',
    )
  })

  it('takes a time up to 24 hours ahead and not a millisecond more', () => {
    const at = (ms: number) => new Date(receivedAt + ms).toISOString()
    expect(eventOf({ ad_id: 1, timestamp: at(86_400_000) }).occurred_at).toBe(at(86_400_000))
    expect(fieldsOf({ ad_id: 1, timestamp: at(86_400_001) })).toEqual(['timestamp'])
  })

  it.each([
    ['nothing', null, ['body']],
    ['a list', [], ['body']],
    ['text', 'click', ['body']],
    ['no ad', {}, ['ad_id']],
    ['an ad in quotes', { ad_id: '1' }, ['ad_id']],
    ['a fraction', { ad_id: 1.5 }, ['ad_id']],
    ['zero', { ad_id: 0 }, ['ad_id']],
    ['more than an int', { ad_id: 2147483648 }, ['ad_id']],
    ['a word for an id', { ad_id: 1, event_id: 'mine' }, ['event_id']],
    ['a number for an id', { ad_id: 1, event_id: 5 }, ['event_id']],
    ['an address that is none', { ad_id: 1, ip: '300.1.1.1' }, ['ip']],
    ['an empty address', { ad_id: 1, ip: '' }, ['ip']],
    ['a name for an address', { ad_id: 1, ip: 'localhost' }, ['ip']],
    ['an address with a zone', { ad_id: 1, ip: 'fe80::1%eth0' }, ['ip']],
    ['an address with a port', { ad_id: 1, ip: '1.2.3.4:80' }, ['ip']],
    ['a day that does not exist', { ad_id: 1, timestamp: '2025-02-30T00:00:00Z' }, ['timestamp']],
    ['a time without a zone', { ad_id: 1, timestamp: '2025-02-03T00:00:00' }, ['timestamp']],
    ['milliseconds', { ad_id: 1, timestamp: 1751870700000 }, ['timestamp']],
    ['the last century', { ad_id: 1, timestamp: '1999-12-31T23:59:59Z' }, ['timestamp']],
    ['a wild year', { ad_id: 1, timestamp: '+275760-09-13T00:00:00Z' }, ['timestamp']],
    ['negative seconds', { ad_id: 1, playback_time: -0.001 }, ['playback_time']],
    ['seconds in quotes', { ad_id: 1, playback_time: '15' }, ['playback_time']],
    ['endless seconds', { ad_id: 1, playback_time: Infinity }, ['playback_time']],
    ['null where a value may be left out', { ad_id: 1, ip: null, playback_time: null }, ['ip', 'playback_time']],
    ['several faults at once', { ad_id: -1, event_id: 'x', ip: 'y' }, ['ad_id', 'event_id', 'ip']],
  ])('is refused with the field that is wrong: %s', (_name, body, fields) => {
    expect(fieldsOf(body).sort()).toEqual(fields)
  })

  it('is refused when body and header name two identities', () => {
    const [a, b] = ['11111111-1111-4111-8111-111111111111', '22222222-2222-4222-8222-222222222222']
    expect(fieldsOf({ ad_id: 1, event_id: a }, { idempotencyKey: b })).toEqual(['event_id'])
    expect(fieldsOf({ ad_id: 1 }, { idempotencyKey: 'x' })).toEqual(['Idempotency-Key'])
  })

  it('stores a hostile user agent as text that PostgreSQL takes', () => {
    const agent = eventOf({ ad_id: 1 }, { userAgent: `a\0${'x'.repeat(509)}😀` }).user_agent as string
    expect(agent.isWellFormed()).toBe(true)
    expect(agent).not.toContain('\0')
    expect(agent.length).toBeLessThanOrEqual(512)
  })
})
