import { OutcomeUnknownError, OverloadedError } from '@ads-tracker/kafka'
import { describe, expect, it } from 'vitest'
import { ingestApp } from './ingest-app.ts'

const original = { ad_id: 1, timestamp: '2025-07-07T06:45:00Z', ip: '192.168.1.1', playback_time: 15 }
const id = '0198a1b2-c3d4-7e5f-8a6b-7c8d9e0f1a2b'

describe('POST /ads/click and /ads/impression', () => {
  it.each([
    ['click', 'ads.clicks.v1', 'Click event received'],
    ['impression', 'ads.impressions.v1', 'Impression event received'],
  ])('takes the body of the original README as a %s', async (type, topic, message) => {
    const { app, published, events } = await ingestApp()
    const answer = await app.inject({ method: 'POST', url: `/ads/${type}`, payload: original })
    expect(answer.statusCode).toBe(202)
    expect(answer.json()).toEqual({ message, event_id: published[0]?.key })
    expect(published[0]).toMatchObject({ topic, headers: { v: '1', 'request-id': expect.any(String) } })
    expect(events()[0]).toMatchObject({
      ad_id: 1,
      occurred_at: '2025-07-07T06:45:00.000Z',
      ip: '192.168.1.0',
      playback_time: 15,
    })
  })

  it('answers only when the broker has acknowledged', async () => {
    const broker = Promise.withResolvers<void>()
    const { app } = await ingestApp({ answer: () => broker.promise })
    let answered = false
    const answer = app.inject({ method: 'POST', url: '/ads/click', payload: original }).then((response) => {
      answered = true
      return response.statusCode
    })
    await app.inject('/livez')
    expect(answered).toBe(false)
    broker.resolve()
    expect(await answer).toBe(202)
  })

  it('repeats the id that the client gave, from the body or from Idempotency-Key', async () => {
    const { app } = await ingestApp()
    const byBody = await app.inject({
      method: 'POST',
      url: '/ads/click',
      payload: { ad_id: 1, event_id: id.toUpperCase() },
    })
    const byHeader = await app.inject({
      method: 'POST',
      url: '/ads/click',
      payload: { ad_id: 1 },
      headers: { 'idempotency-key': id },
    })
    expect([byBody.json().event_id, byHeader.json().event_id]).toEqual([id, id])
  })

  it('takes Idempotency-Key as a quoted string, and leaves a key of another kind alone beside an event_id', async () => {
    const { app } = await ingestApp()
    const send = (key: string, payload: object) =>
      app.inject({ method: 'POST', url: '/ads/click', payload, headers: { 'idempotency-key': key } })
    expect((await send(`"${id}"`, { ad_id: 1 })).json().event_id).toBe(id)
    expect((await send('"order-4711"', { ad_id: 1, event_id: id })).json().event_id).toBe(id)
    const refused = await send('"order-4711"', { ad_id: 1 })
    expect([refused.statusCode, refused.json().errors]).toEqual([
      400,
      [{ field: 'Idempotency-Key', message: 'must be a UUID' }],
    ])
  })

  it('carries the request id and a valid traceparent to Kafka', async () => {
    const { app, published } = await ingestApp()
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
    await app.inject({
      method: 'POST',
      url: '/ads/click',
      payload: { ad_id: 1 },
      headers: { 'x-request-id': 'mine-1', traceparent },
    })
    await app.inject({
      method: 'POST',
      url: '/ads/click',
      payload: { ad_id: 1 },
      headers: { 'x-request-id': 'no blanks please', traceparent: 'x' },
    })
    expect(published[0]?.headers).toEqual({ v: '1', 'request-id': 'mine-1', traceparent })
    expect(published[1]?.headers).not.toHaveProperty('traceparent')
    expect(published[1]?.headers['request-id']).not.toContain('blanks')
  })

  it.each([
    ['an ad in quotes', { ad_id: '1' }, 'ad_id'],
    ['no ad', {}, 'ad_id'],
    ['a wild time', { ad_id: 1, timestamp: 'yesterday' }, 'timestamp'],
    ['another id than the header', { ad_id: 1, event_id: '11111111-1111-4111-8111-111111111111' }, 'event_id'],
  ])('refuses %s by name, and nothing of it reaches Kafka', async (_name, payload, field) => {
    const { app, published } = await ingestApp()
    const answer = await app.inject({ method: 'POST', url: '/ads/click', payload, headers: { 'idempotency-key': id } })
    expect(answer.statusCode).toBe(400)
    expect(answer.json()).toMatchObject({ code: 'invalid_request', errors: [{ field }] })
    expect(published).toEqual([])
  })

  it.each([
    ['a full queue', new OverloadedError('full'), 'overloaded'],
    ['no acknowledgement in time', new OutcomeUnknownError('late'), 'outcome_unknown'],
    ['an error that nobody foresaw', new TypeError('?'), 'outcome_unknown'],
  ])('answers %s with 503, Retry-After and the id to send again', async (_name, error, code) => {
    const { app } = await ingestApp({ answer: () => Promise.reject(error) })
    const answer = await app.inject({ method: 'POST', url: '/ads/click', payload: { ad_id: 1, event_id: id } })
    expect(answer.statusCode).toBe(503)
    expect(answer.headers['retry-after']).toBe('1')
    expect(answer.json()).toMatchObject({ code, event_id: id })
  })
})

describe('POST /ads/events', () => {
  const batch = {
    events: [
      { type: 'click', ad_id: 1, event_id: id },
      { type: 'view', ad_id: 1 },
      { type: 'impression', ad_id: 'x' },
      null,
      { type: 'impression', ad_id: 2 },
    ],
  }

  it('answers each event in order, and a bad one never rejects its neighbours', async () => {
    const { app, published } = await ingestApp()
    const answer = await app.inject({ method: 'POST', url: '/ads/events', payload: batch })
    expect(answer.statusCode).toBe(200)
    const { results } = answer.json()
    expect(results.map(({ status }: { status: number }) => status)).toEqual([202, 400, 400, 400, 202])
    expect(results[0].event_id).toBe(id)
    expect(results[1]).toMatchObject({
      event_id: null,
      code: 'invalid_request',
      errors: [{ field: 'type', message: 'must be click or impression' }],
    })
    expect(results[2].errors[0].field).toBe('ad_id')
    expect(published.map(({ topic }) => topic)).toEqual(['ads.clicks.v1', 'ads.impressions.v1'])
  })

  it('takes JSON as text/plain, for sendBeacon, with the same guard against poisoned prototypes', async () => {
    const { app } = await ingestApp()
    const send = (payload: string) =>
      app.inject({
        method: 'POST',
        url: '/ads/events',
        payload,
        headers: { 'content-type': 'text/plain;charset=UTF-8' },
      })
    expect((await send(JSON.stringify(batch))).statusCode).toBe(200)
    expect((await send('{"__proto__":{},"events":[]}')).statusCode).toBe(400)
    expect((await send('{')).json()).toMatchObject({ status: 400, code: 'malformed_json' })
  })

  it('does not take text/plain for a single event', async () => {
    const { app } = await ingestApp()
    const answer = await app.inject({
      method: 'POST',
      url: '/ads/click',
      payload: '{"ad_id":1}',
      headers: { 'content-type': 'text/plain' },
    })
    expect(answer.statusCode).toBe(415)
  })

  it.each([
    ['no events', {}],
    ['an empty list', { events: [] }],
    ['an object', { events: {} }],
  ])('refuses an envelope with %s', async (_name, payload) => {
    const { app } = await ingestApp()
    const answer = await app.inject({ method: 'POST', url: '/ads/events', payload })
    expect(answer.json()).toMatchObject({ status: 400, errors: [{ field: 'events' }] })
  })

  it('refuses more than 500 events with 413, and nothing of them reaches Kafka', async () => {
    const { app, published } = await ingestApp()
    const send = (count: number) =>
      app.inject({
        method: 'POST',
        url: '/ads/events',
        payload: { events: Array(count).fill({ type: 'click', ad_id: 1 }) },
      })
    expect((await send(501)).json()).toMatchObject({
      status: 413,
      code: 'payload_too_large',
      errors: [{ field: 'events' }],
    })
    expect(published).toEqual([])
    expect((await send(500)).statusCode).toBe(200)
  })

  it('refuses more than 512 KiB with 413', async () => {
    const { app } = await ingestApp()
    const answer = await app.inject({
      method: 'POST',
      url: '/ads/events',
      payload: { events: [{ type: 'click', ad_id: 1, note: 'x'.repeat(512 * 1024) }] },
    })
    expect(answer.json()).toMatchObject({ status: 413, code: 'payload_too_large' })
  })

  it('says which events are not known to be stored, and answers 503 when none is', async () => {
    let count = 0
    const { app } = await ingestApp({
      answer: () => (count++ === 0 ? Promise.resolve() : Promise.reject(new OutcomeUnknownError('late'))),
    })
    const send = () => app.inject({ method: 'POST', url: '/ads/events', payload: batch })
    expect((await send()).json().results.at(-1)).toMatchObject({
      status: 503,
      code: 'outcome_unknown',
      event_id: expect.any(String),
    })
    const second = await send()
    expect(second.statusCode).toBe(503)
    expect(second.headers['retry-after']).toBe('1')
    expect(second.json().results[0]).toMatchObject({ event_id: id, status: 503 })
  })
})

describe('the address of a client', () => {
  it.each([
    ['203.0.113.7', '203.0.113.0'],
    ['203.0.113.7:49152', '203.0.113.0'],
    ['[2001:db8:1:2::7]:49152', '2001:db8:1::'],
    ['unknown', '127.0.0.0'],
    ['0x7f.1', '127.0.0.0'],
  ])('that a trusted proxy names %s is %s', async (named, ip) => {
    const { app, events } = await ingestApp({ env: { TRUST_PROXY: '127.0.0.1', RATE_LIMIT_MAX: '10' } })
    const { statusCode } = await app.inject({
      method: 'POST',
      url: '/ads/click',
      payload: { ad_id: 1 },
      headers: { 'x-forwarded-for': named },
    })
    expect([statusCode, events()[0]?.ip]).toEqual([202, ip])
  })
})

describe('the rate limit', () => {
  const click = { method: 'POST', url: '/ads/click', payload: { ad_id: 1 } } as const

  it('tells one abusive address 429 while the others go on, whatever it claims to be', async () => {
    const { app } = await ingestApp({ env: { RATE_LIMIT_MAX: '3' } })
    const from = (remoteAddress: string, claimed: string) =>
      app.inject({ ...click, remoteAddress, headers: { 'x-forwarded-for': claimed } })
    const statuses = []
    for (let i = 0; i < 5; i++) statuses.push((await from('9.9.9.9', `1.1.1.${i}`)).statusCode)
    expect(statuses).toEqual([202, 202, 202, 429, 429])
    const refused = await from('9.9.9.9', '8.8.8.8')
    expect(refused.json()).toMatchObject({ status: 429, code: 'rate_limited' })
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0)
    expect((await from('9.9.9.10', '1.1.1.1')).statusCode).toBe(202)
  })

  it('counts the addresses of one IPv6 customer as one', async () => {
    const { app } = await ingestApp({ env: { RATE_LIMIT_MAX: '1' } })
    const from = async (remoteAddress: string) => (await app.inject({ ...click, remoteAddress })).statusCode
    expect(await from('2001:db8:0:1::1')).toBe(202)
    expect(await from('2001:db8:0:1:ffff::2')).toBe(429)
    expect(await from('2001:db8:0:2::1')).toBe(202)
  })

  it('counts an IPv4 address as one, in whichever form it comes', async () => {
    const { app } = await ingestApp({ env: { RATE_LIMIT_MAX: '1' } })
    const from = async (remoteAddress: string) => (await app.inject({ ...click, remoteAddress })).statusCode
    expect(await from('::ffff:9.9.9.9')).toBe(202)
    expect(await from('9.9.9.9')).toBe(429)
    expect(await from('::ffff:9.9.9.8')).toBe(202)
  })

  it('knows the route in another spelling', async () => {
    const { app } = await ingestApp({ env: { RATE_LIMIT_MAX: '1' } })
    expect((await app.inject(click)).statusCode).toBe(202)
    expect((await app.inject({ ...click, url: '/%61ds/click' })).statusCode).toBe(429)
  })

  it('leaves probes and metrics alone', async () => {
    const { app } = await ingestApp({ env: { RATE_LIMIT_MAX: '1' } })
    const probes = await Promise.all(Array.from({ length: 5 }, () => app.inject('/livez')))
    expect(probes.every(({ statusCode }) => statusCode === 200)).toBe(true)
  })
})
