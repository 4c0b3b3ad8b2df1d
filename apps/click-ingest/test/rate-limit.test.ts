import { expect, it } from 'vitest'
import { ingestApp } from './ingest-app.ts'

const clicks = (count: number, more = {}) => ({
  events: Array.from({ length: count }, () => ({ type: 'click', ad_id: 1, ...more })),
})

it('counts the events of a batch, and refuses one that is larger than what is left without counting it', async () => {
  const { app, published } = await ingestApp({ env: { RATE_LIMIT_MAX: '10' } })
  const send = (count: number) => app.inject({ method: 'POST', url: '/ads/events', payload: clicks(count) })
  expect((await send(6)).statusCode).toBe(200)
  const refused = await send(6)
  expect(refused.statusCode).toBe(429)
  expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0)
  expect(refused.json().detail).toContain('The limit is 10 per 10 s, in events')
  expect((await send(3)).statusCode).toBe(200)
  expect((await send(1)).statusCode).toBe(429)
  expect(published).toHaveLength(9)
})

it('counts an event that is older than a week as ten: it makes rollup rows of its own', async () => {
  const { app } = await ingestApp({ env: { RATE_LIMIT_MAX: '15' } })
  const send = (timestamp?: string) =>
    app.inject({ method: 'POST', url: '/ads/click', payload: { ad_id: 1, timestamp } })
  expect((await send('2001-01-01T00:00:00Z')).statusCode).toBe(202)
  expect((await send('2001-01-01T00:00:00Z')).statusCode).toBe(429)
  expect((await send()).statusCode).toBe(202)
})
