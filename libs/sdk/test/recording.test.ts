import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { accepted, fakeApi, inTime, json, lost, problem } from './fake-api.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const id = '0198a1b2-c3d4-7e5f-8a6b-7c8d9e0f1a2b'

describe('a click', () => {
  it('is sent with an id of its own, version 7, and as it was given', async () => {
    const { client, seen } = fakeApi(accepted)
    const { event_id } = await inTime(
      client.recordClick({ ad_id: 1, playback_time: 2.5, timestamp: new Date('2026-01-02T03:04:05Z') }),
    )
    expect(seen[0]).toMatchObject({
      method: 'POST',
      path: '/ads/click',
      body: { ad_id: 1, playback_time: 2.5, timestamp: '2026-01-02T03:04:05.000Z', event_id },
    })
    expect(event_id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    await inTime(client.recordImpression({ ad_id: 1, event_id: id }))
    expect(seen[1]).toMatchObject({ path: '/ads/impression', body: { event_id: id } })
  })

  it.each([
    ['the connection is lost', lost],
    ['the gateway has no answer', () => problem(502, 'bad_gateway')],
    ['it is not known to be stored', () => problem(503, 'outcome_unknown')],
    ['the queue is full', () => problem(503, 'overloaded')],
    ['there are too many', () => problem(429, 'rate_limited')],
    ['a foreign proxy is down', () => new Response('<html>', { status: 503 })],
  ])('is sent again under the same id when %s', async (_when, failure) => {
    const { client, seen } = fakeApi((one, attempt) => (attempt < 4 ? failure() : accepted(one)))
    const { event_id } = await inTime(client.recordClick({ ad_id: 1 }))
    expect(event_id).toBeTypeOf('string')
    expect(seen.map(({ body }) => body.event_id)).toEqual([event_id, event_id, event_id, event_id])
  })

  it('waits as long as the server asks, and a random moment more', async () => {
    const { client, seen } = fakeApi((one, attempt) =>
      attempt === 1 ? problem(429, 'rate_limited', { 'retry-after': '7' }) : accepted(one),
    )
    const start = Date.now()
    await inTime(client.recordClick({ ad_id: 1 }))
    expect(seen).toHaveLength(2)
    expect(Date.now() - start).toBeGreaterThanOrEqual(7000)
    expect(Date.now() - start).toBeLessThan(8000)
  })

  it('understands a Retry-After that is a date', async () => {
    const { client } = fakeApi((one, attempt) =>
      attempt === 1
        ? problem(503, 'unavailable', { 'retry-after': new Date(Date.now() + 5000).toUTCString() })
        : accepted(one),
    )
    const start = Date.now()
    await inTime(client.recordClick({ ad_id: 1 }))
    expect(Date.now() - start).toBeGreaterThanOrEqual(3900)
  })

  it('does not wait longer than it is allowed to', async () => {
    const { client, seen } = fakeApi(() => problem(429, 'rate_limited', { 'retry-after': '3600' }))
    await expect(inTime(client.recordClick({ ad_id: 1 }))).rejects.toMatchObject({
      code: 'rate_limited',
      retryAfterMs: 3_600_000,
    })
    expect(seen).toHaveLength(1)
  })

  it('is dropped after the retries, and the error names the id to send it again with', async () => {
    const { client, seen } = fakeApi(lost, { retries: 2 })
    await expect(inTime(client.recordClick({ ad_id: 1, event_id: id }))).rejects.toMatchObject({
      name: 'AdsTrackerError',
      code: 'connection_lost',
      eventId: id,
      cause: expect.any(TypeError),
    })
    expect(seen).toHaveLength(3)
  })

  it('is tried again when an attempt takes too long', async () => {
    const { client, seen } = fakeApi((one, attempt) => (attempt === 1 ? 'hang' : accepted(one)), { timeout: 1000 })
    await inTime(client.recordClick({ ad_id: 1 }))
    expect(seen).toHaveLength(2)
    const slow = fakeApi(() => 'hang', { timeout: 1000, retries: 0 })
    await expect(inTime(slow.client.recordClick({ ad_id: 1 }))).rejects.toMatchObject({ code: 'timeout' })
  })

  it('that the server refuses is not sent again', async () => {
    const { client, seen } = fakeApi(() =>
      problem(
        400,
        'invalid_request',
        {},
        { errors: [{ field: 'timestamp', message: 'must not be before 2000-01-01T00:00:00Z' }] },
      ),
    )
    await expect(inTime(client.recordClick({ ad_id: 1 }))).rejects.toMatchObject({
      code: 'invalid_request',
      status: 400,
      errors: [{ field: 'timestamp' }],
    })
    expect(seen).toHaveLength(1)
  })
})

describe('cancelling', () => {
  it('ends an attempt, and rejects with the reason', async () => {
    const { client } = fakeApi(() => 'hang')
    const controller = new AbortController()
    const call = client.recordClick({ ad_id: 1 }, { signal: controller.signal })
    controller.abort(new Error('the user left'))
    await expect(inTime(call)).rejects.toThrow('the user left')
  })

  it('ends the waiting between attempts', async () => {
    const { client, seen } = fakeApi(() => problem(429, 'rate_limited', { 'retry-after': '20' }))
    const start = Date.now()
    const controller = new AbortController()
    setTimeout(() => controller.abort(new Error('enough')), 100)
    await expect(inTime(client.recordClick({ ad_id: 1 }, { signal: controller.signal }))).rejects.toThrow('enough')
    expect([seen.length, Date.now() - start < 1000]).toEqual([1, true])
  })

  it('before the call sends nothing', async () => {
    const { client, seen } = fakeApi(accepted)
    await expect(inTime(client.recordClick({ ad_id: 1 }, { signal: AbortSignal.abort() }))).rejects.toMatchObject({
      name: 'AbortError',
    })
    expect(seen).toHaveLength(0)
  })
})

describe('a batch', () => {
  const acknowledge = (events: { event_id: string }[] = []) =>
    json({ results: events.map(({ event_id }) => ({ event_id, status: 202 })) })

  it('has one result for each event, in order; one that is invalid is not sent and harms no other', async () => {
    const { client, seen } = fakeApi(({ body }) => acknowledge(body.events))
    const results = await inTime(
      client.recordEvents([
        { type: 'click', ad_id: 1, event_id: id },
        { type: 'click', ad_id: 0 },
        { type: 'impression', ad_id: 2 },
      ]),
    )
    expect(results.map(({ status }) => status)).toEqual([202, 400, 202])
    expect(results[1]).toEqual({
      event_id: null,
      status: 400,
      code: 'invalid_request',
      errors: [{ field: 'ad_id', message: 'must be at least 1' }],
    })
    expect(seen[0]?.body.events?.map(({ ad_id }) => ad_id)).toEqual([1, 2])
  })

  it('sends again only what was not acknowledged, under the same ids', async () => {
    const { client, seen } = fakeApi(({ body }, attempt) =>
      attempt > 1
        ? acknowledge(body.events)
        : json({
            results: body.events!.map(({ event_id, ad_id }) => ({
              event_id,
              status: ad_id === 2 ? 503 : 202,
              code: 'outcome_unknown',
            })),
          }),
    )
    const results = await inTime(client.recordEvents([1, 2, 3].map((ad_id) => ({ type: 'click', ad_id }))))
    expect(results.map(({ status }) => status)).toEqual([202, 202, 202])
    expect(seen[1]?.body.events).toEqual([seen[0]?.body.events?.[1]])
  })

  it('that is never acknowledged as a whole keeps what was, and says what was not', async () => {
    const { client } = fakeApi(
      ({ body }) =>
        json({ results: body.events!.map(({ event_id, ad_id }) => ({ event_id, status: ad_id === 2 ? 503 : 202 })) }),
      { retries: 1 },
    )
    const results = await inTime(client.recordEvents([1, 2].map((ad_id) => ({ type: 'click', ad_id }))))
    expect(results).toEqual([
      { event_id: expect.any(String), status: 202 },
      { event_id: expect.any(String), status: 503, code: 'outcome_unknown' },
    ])
  })

  it('of which nothing arrives is an error', async () => {
    const { client } = fakeApi(lost, { retries: 1 })
    await expect(inTime(client.recordEvents([{ type: 'click', ad_id: 1 }]))).rejects.toMatchObject({
      code: 'connection_lost',
    })
  })

  it.each([
    [0, 'invalid_request'],
    [501, 'payload_too_large'],
  ])('of %i events is refused before it is sent, as %s', async (length, code) => {
    const { client, seen } = fakeApi(accepted)
    const events = Array.from({ length }, () => ({ type: 'click' as const, ad_id: 1 }))
    await expect(inTime(client.recordEvents(events))).rejects.toMatchObject({ code, errors: [{ field: 'events' }] })
    expect(seen).toHaveLength(0)
  })
})
