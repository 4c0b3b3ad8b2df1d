import { expect, it } from 'vitest'
import { advanceCompleteThrough } from '../src/complete-through.ts'

const place = { topic: 'clicks', partition: 0 }

it('takes the time from the database, before it asks for the ends of the log, and tells how wrong its own clock is', async () => {
  const calls: string[] = []
  const databaseTime = new Date(Date.now() - 3_600_000)
  const reported: Date[] = []
  const skews: number[] = []
  await advanceCompleteThrough({
    store: {
      async now() {
        calls.push('now')
        return databaseTime
      },
      async advanceCompleteThrough({ at }) {
        calls.push('advance')
        reported.push(at)
        return { behind: [] }
      },
    },
    admin: {
      async offsets() {
        calls.push('offsets')
        return [{ partition: 0, low: 0n, high: 4n }]
      },
    },
    assigned: () => [place],
    onSkew: (ms) => skews.push(ms),
  })
  expect(calls).toEqual(['now', 'offsets', 'advance'])
  expect(reported).toEqual([databaseTime])
  expect(skews[0]).toBeGreaterThan(3_590_000)
})
