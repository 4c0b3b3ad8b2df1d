import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { call, get, newAd, post, statsOf, type Problem } from './support/client.ts'

interface Accepted {
  message: string
  event_id: string
}
interface Receipt {
  receipts: { type: string; status: string; ad_id: number; duplicates: number; conflicts: number; reason?: string }[]
}
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/

const receiptsOf = async (id: string) => (await get<Receipt>(`/ads/events/${id}`)).body.receipts

test('the body of the original system works as it stands', async () => {
  const original = '{"ad_id":1,"timestamp":"2025-07-07T06:45:00Z","ip":"192.168.1.1","playback_time":15}'
  const { status, body } = await post<Accepted>('/ads/click', original)
  const accepted = { message: 'Click event received', event_id: expect.stringMatching(uuid) as string }
  expect({ status, body }).toEqual({ status: 202, body: accepted })
  await expect
    .poll(() => receiptsOf(body.event_id))
    .toMatchObject([{ type: 'click', status: 'counted', ad_id: 1, duplicates: 0, conflicts: 0 }])
})

test('a click and an impression become numbers of their ad', async () => {
  const ad_id = await newAd()
  expect(await statsOf(ad_id)).toMatchObject({ ad_id, clicks: 0, impressions: 0, ctr: 0 })
  await post('/ads/click', { ad_id })
  const { body } = await post<Accepted>('/ads/impression', { ad_id })
  expect(body.message).toBe('Impression event received')
  await post('/ads/impression', { ad_id })
  await expect.poll(() => statsOf(ad_id)).toMatchObject({ clicks: 1, impressions: 2, ctr: 0.5 })
  expect(await statsOf(ad_id, '&minutes=1')).toMatchObject({ clicks: 1, impressions: 2 })
})

test('the same event_id counts once, by body or by header, and once more as the other type', async () => {
  const ad_id = await newAd()
  const event_id = randomUUID()
  const body = { ad_id, playback_time: 3 }
  for (const answer of [
    await post<Accepted>('/ads/click', { ...body, event_id }),
    await post<Accepted>('/ads/click', { ...body, event_id: event_id.toUpperCase() }),
    await post<Accepted>('/ads/click', body, { 'idempotency-key': event_id }),
    await post<Accepted>('/ads/impression', { ...body, event_id }),
  ])
    expect(answer).toMatchObject({ status: 202, body: { event_id } })
  await post('/ads/click', { ...body, event_id, playback_time: 4 })
  await expect
    .poll(() => receiptsOf(event_id))
    .toEqual(
      expect.arrayContaining([
        expect.objectContaining({ type: 'click', status: 'counted', duplicates: 2, conflicts: 1 }),
        expect.objectContaining({ type: 'impression', status: 'counted', duplicates: 0, conflicts: 0 }),
      ]),
    )
  await expect.poll(() => statsOf(ad_id)).toMatchObject({ clicks: 1, impressions: 1 })
})

test('a window counts events by their own time', async () => {
  const ad_id = await newAd()
  const ago = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString()
  for (const minutes of [1, 30, 90]) await post('/ads/click', { ad_id, timestamp: ago(minutes) })
  await expect.poll(() => statsOf(ad_id)).toMatchObject({ clicks: 3 })
  expect(await statsOf(ad_id, '&minutes=2')).toMatchObject({ clicks: 1 })
  expect(await statsOf(ad_id, '&minutes=60')).toMatchObject({ clicks: 2 })
  expect(await statsOf(ad_id, '&minutes=525600')).toMatchObject({ clicks: 3 })
})

test('a click on an ad that nobody has made is told by its receipt, and its neighbours count', async () => {
  const ad_id = await newAd()
  const { body } = await post<Accepted>('/ads/click', { ad_id: 2_147_483_646 })
  await post('/ads/click', { ad_id })
  await expect.poll(() => receiptsOf(body.event_id)).toMatchObject([{ status: 'dead_letter', reason: 'unknown_ad' }])
  await expect.poll(() => statsOf(ad_id)).toMatchObject({ clicks: 1 })
})

test('an event that nobody has sent has no receipt, and the answer says how far the numbers go', async () => {
  const { status, headers } = await get(`/ads/events/${randomUUID()}`)
  expect(status).toBe(404)
  expect(Date.parse(headers.get('x-complete-through') ?? '')).toBeGreaterThan(Date.now() - 5000)
  expect(await get('/ads/events/not-a-uuid')).toMatchObject({ status: 400, body: { errors: [{ field: 'event_id' }] } })
})

test('a batch takes each event by itself', async () => {
  const ad_id = await newAd()
  const event_id = randomUUID()
  const events = [
    { type: 'click', ad_id, event_id },
    { type: 'impression', ad_id },
    { type: 'click', ad_id: 0 },
    { type: 'view', ad_id },
    { type: 'impression', ad_id },
  ]
  const { status, body } = await post<{
    results: { event_id?: string; status: number; errors?: { field: string }[] }[]
  }>('/ads/events', { events })
  expect(status).toBe(200)
  expect(body.results.map((result) => result.status)).toEqual([202, 202, 400, 400, 202])
  expect(body.results[0]?.event_id).toBe(event_id)
  expect(body.results[2]?.errors?.[0]?.field).toMatch(/ad_id$/)
  await expect.poll(() => statsOf(ad_id)).toMatchObject({ clicks: 1, impressions: 2 })
})

test('a batch may come as text, as a browser sends it when it leaves a page', async () => {
  const ad_id = await newAd()
  const { status } = await post('/ads/events', JSON.stringify({ events: [{ type: 'click', ad_id }] }), {
    'content-type': 'text/plain;charset=UTF-8',
  })
  expect(status).toBe(200)
  await expect.poll(() => statsOf(ad_id)).toMatchObject({ clicks: 1 })
})

const event = { ad_id: 1 }

test.each<[string, unknown, string]>([
  ['no ad', {}, 'ad_id'],
  ['a day that does not exist', { ...event, timestamp: '2025-02-30T00:00:00Z' }, 'timestamp'],
  ['a list', [event], 'body'],
])('a click with %s is a 400 that names the field', async (_what, body, field) => {
  for (const path of ['/ads/click', '/ads/impression']) {
    const answer = await post<Problem>(path, body)
    expect(answer).toMatchObject({ status: 400, body: { status: 400, code: 'invalid_request' } })
    expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/)
    expect(answer.body.errors?.map((error) => error.field)).toEqual([field])
  }
})

test('an event_id and an Idempotency-Key that differ are a 400', async () => {
  const key = { 'idempotency-key': randomUUID() }
  const answer = await post<Problem>('/ads/click', { ...event, event_id: randomUUID() }, key)
  expect(answer).toMatchObject({ status: 400, body: { errors: [{ field: 'event_id' }] } })
})

const tooMany = { events: Array.from({ length: 501 }, () => ({ type: 'click', ad_id: 1 })) }
test.each<[string, string, string, unknown, Record<string, string>, number]>([
  ['JSON that is torn', 'POST', '/ads/click', '{"ad_id":', {}, 400],
  ['JSON with a prototype', 'POST', '/ads/click', '{"ad_id":1,"__proto__":{"x":1}}', {}, 400],
  ['nothing', 'POST', '/ads/click', '', {}, 400],
  ['a form', 'POST', '/ads/click', 'ad_id=1', { 'content-type': 'application/x-www-form-urlencoded' }, 415],
  ['text', 'POST', '/ads/click', '{"ad_id":1}', { 'content-type': 'text/plain' }, 415],
  ['17 KiB', 'POST', '/ads/click', JSON.stringify({ ...event, x: 'x'.repeat(17 * 1024) }), {}, 413],
  ['400 KiB', 'POST', '/ads/click', JSON.stringify({ ...event, x: 'x'.repeat(400 * 1024) }), {}, 413],
  ['4 MiB', 'POST', '/ads/click', JSON.stringify({ ...event, x: 'x'.repeat(4 * 1024 * 1024) }), {}, 413],
  ['501 events', 'POST', '/ads/events', tooMany, {}, 413],
  ['600 KiB of events', 'POST', '/ads/events', { events: [{ x: 'x'.repeat(600 * 1024) }] }, {}, 413],
  ['no events', 'POST', '/ads/events', {}, {}, 400],
  ['events that are no list', 'POST', '/ads/events', { events: 'x' }, {}, 400],
  ['a form of events', 'POST', '/ads/events', 'x', { 'content-type': 'application/x-www-form-urlencoded' }, 415],
  ['a GET of what is posted', 'GET', '/ads/click', undefined, {}, 405],
  ['a PUT of impressions', 'PUT', '/ads/impression', event, {}, 405],
  ['a DELETE of all ads', 'DELETE', '/ads', undefined, {}, 405],
  ['a POST of numbers', 'POST', '/ads/analytics', event, {}, 405],
  ['a path that nobody knows', 'GET', '/nothing/here', undefined, {}, 404],
  ['a path that is nearly right', 'POST', '/ad/click', event, {}, 404],
])('%s (%s %s) is refused as problem+json', async (_what, method, path, body, headers, status) => {
  const answer = await call<Problem>(method, path, body, headers)
  expect(answer.status, JSON.stringify(answer.body)).toBe(status)
  expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/)
  expect(answer.body).toMatchObject({
    status,
    type: expect.stringContaining('urn:'),
    title: expect.any(String),
    code: expect.any(String),
  })
  if (status === 405)
    expect(answer.headers.get('allow')?.split(', ')).toSatisfy(
      (allowed: string[]) => allowed.length > 0 && !allowed.includes(method),
    )
})
