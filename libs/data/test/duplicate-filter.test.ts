import { expect, it } from 'vitest'
import { uuidv7 } from '@ads-tracker/events'
import { createDuplicateFilter } from '../src/index.ts'

it('knows each id that was added, for click and impression apart, and takes few new ones for known', () => {
  const filter = createDuplicateFilter({ bits: 2 ** 17 })
  const ids = Array.from({ length: 10_000 }, () => uuidv7())
  const mistaken = ids.filter((id) => filter.add('click', id)).length
  expect(mistaken).toBeLessThan(300)
  expect(ids.every((id) => filter.add('click', id))).toBe(true)
  expect(filter.add('impression', crypto.randomUUID())).toBe(false)
})

it('forgets the older half when it is full, and never what was added last', () => {
  const filter = createDuplicateFilter({ bits: 2 ** 12 })
  const add = (count: number) =>
    Array.from({ length: count }, () => crypto.randomUUID()).filter((id) => (filter.add('click', id), true))
  const first = add(100)
  const latest = add(1_000).slice(-300)
  expect(latest.every((id) => filter.add('click', id))).toBe(true)
  expect(first.filter((id) => filter.add('click', id)).length).toBeLessThan(50)
})
