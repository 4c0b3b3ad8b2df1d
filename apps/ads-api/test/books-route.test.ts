import type { Books } from '@ads-tracker/data'
import { expect, it, vi } from 'vitest'
import { fakeApp, time } from './fake-app.ts'

const books: Books = {
  balanced: true,
  off_by: 0,
  counted: 3,
  duplicates: 1,
  conflicts: 0,
  dead_letters: 1,
  waiting_dead_letters: [{ reason: 'unknown_ad', count: 1 }],
  complete_through: time,
}

it('tells whether the ledger balances, with one query for requests at the same time', async () => {
  const readBooks = vi.fn(async () => books)
  const app = await fakeApp({ readBooks })
  const answers = await Promise.all([app.inject('/health/books'), app.inject('/health/books')])
  for (const answer of answers) expect(answer.json()).toEqual({ ...books, complete_through: time.toISOString() })
  expect(readBooks).toHaveBeenCalledTimes(1)
})

it('asks again after a failure', async () => {
  const readBooks = vi.fn(async () => books).mockRejectedValueOnce(new Error('gone'))
  const app = await fakeApp({ readBooks })
  expect((await app.inject('/health/books')).statusCode).toBe(500)
  expect((await app.inject('/health/books')).statusCode).toBe(200)
})

it('is for keys with the scope analytics:read alone where the operator wants that', async () => {
  const app = await fakeApp({ readBooks: async () => books }, { REQUIRE_ANALYTICS_KEY: 'true' })
  const statusOf = async (headers: Record<string, string>) =>
    (await app.inject({ url: '/health/books', headers })).statusCode
  expect(await statusOf({})).toBe(401)
  expect(await statusOf({ authorization: 'Bearer writer' })).toBe(403)
  expect(await statusOf({ authorization: 'Bearer reader' })).toBe(200)
})
