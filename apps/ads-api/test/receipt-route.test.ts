import { expect, it, vi } from 'vitest'
import type { Receipt } from '@ads-tracker/data'
import { fakeApp, time } from './fake-app.ts'

const id = '0197e2a4-5c80-7c3e-9d2a-3f1b5c7d9e0f'
const receipts: Receipt[] = [
  { type: 'click', status: 'counted', ad_id: 1, duplicates: 1, conflicts: 0, replayed_at: time },
  { type: 'impression', status: 'dead_letter', ad_id: null, duplicates: 0, conflicts: 0, reason: 'schema_invalid' },
]
const findReceipt = vi.fn(async (eventId: string) => ({
  receipts: eventId === id ? receipts : [],
  completeThrough: time,
}))
const app = await fakeApp({ findReceipt })

it('tells what became of an event, in whatever case its id is written', async () => {
  for (const each of [id, id.toUpperCase()]) {
    const response = await app.inject(`/ads/events/${each}`)
    expect(response.json()).toEqual({
      event_id: id,
      receipts: [{ ...receipts[0], replayed_at: time.toISOString() }, receipts[1]],
    })
  }
})

it('answers 404 with the complete-through mark while it is not known', async () => {
  const response = await app.inject('/ads/events/0197e2a4-5c80-7c3e-9d2a-000000000000')
  expect(response.json()).toMatchObject({
    status: 404,
    code: 'not_found',
    detail: expect.stringContaining(time.toISOString()),
  })
  expect(response.headers['x-complete-through']).toBe(time.toISOString())
})

it('answers 404 without a mark when there is none', async () => {
  const response = await (
    await fakeApp({ findReceipt: async () => ({ receipts: [], completeThrough: null }) })
  ).inject(`/ads/events/${id}`)
  expect(response.statusCode).toBe(404)
  expect(response.headers['x-complete-through']).toBeUndefined()
})

it.each(['x', '1', `${id}0`, id.replaceAll('-', '')])('answers 400 to %s', async (eventId) => {
  const response = await app.inject(`/ads/events/${eventId}`)
  expect(response.json()).toMatchObject({ status: 400, errors: [{ field: 'event_id', message: 'must be a UUID' }] })
})
