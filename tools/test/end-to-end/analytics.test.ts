import { expect, test } from 'vitest'
import { get, newAd, post, statsOf, type AdStats } from './support/client.ts'

test('every live ad has a row, ordered by ad, whether it has events or not', async () => {
  const ad_id = await newAd()
  const { status, body } = await get<AdStats[]>('/ads/analytics')
  expect(status).toBe(200)
  expect(body.find((row) => row.ad_id === ad_id)).toMatchObject({ ad_id, clicks: 0, impressions: 0, ctr: 0 })
  const ids = body.map((row) => row.ad_id)
  expect(ids).toEqual([...new Set(ids)].toSorted((a, b) => a - b))
})

test('the answer says when it was true and how complete it is', async () => {
  await post('/ads/click', { ad_id: 1 })
  const { headers } = await get('/ads/analytics?minutes=5')
  const [asOf, completeThrough] = ['x-as-of', 'x-complete-through'].map((name) =>
    Date.parse(headers.get(name) ?? ''),
  ) as [number, number]
  expect(Math.abs(Date.now() - asOf)).toBeLessThan(3000)
  expect(completeThrough).toBeLessThanOrEqual(asOf)
  expect(completeThrough).toBeGreaterThan(asOf - 10_000)
  expect(Number(headers.get('x-ingest-lag-ms'))).toBe(asOf - completeThrough)
})

// The acceptance of the system: what was answered with 202 is counted exactly once, and at once.
test('2,000 clicks and 4,000 impressions, 15 % of them sent twice, are exactly that a second after the last answer', async () => {
  const ad_id = await newAd()
  const events = [
    ...Array.from({ length: 2000 }, () => '/ads/click'),
    ...Array.from({ length: 4000 }, () => '/ads/impression'),
  ].map((path, index) => ({ path, body: { ad_id, event_id: crypto.randomUUID(), playback_time: index % 60 } }))
  const twice = events.filter((_event, index) => index % 20 < 3)
  expect(twice).toHaveLength(900)
  const queue = [...events, ...twice].sort(() => Math.random() - 0.5)

  await Promise.all(
    Array.from({ length: 32 }, async () => {
      for (let next = queue.pop(); next; next = queue.pop()) expect((await post(next.path, next.body)).status).toBe(202)
    }),
  )
  await expect
    .poll(() => statsOf(ad_id), { timeout: 1000, interval: 20 })
    .toMatchObject({ clicks: 2000, impressions: 4000, ctr: 0.5 })
  expect(await statsOf(ad_id, '&minutes=60')).toMatchObject({ clicks: 2000, impressions: 4000, ctr: 0.5 })
}, 180_000)
