import { expect, it, vi } from 'vitest'
import { outageLog } from '../src/outage-log.ts'

it('writes one line a second, and how many it left out', () => {
  const warn = vi.fn()
  let now = 0
  const log = outageLog(() => ({ warn }), { now: () => now })
  for (; now < 3000; now += 100) log(new Error('down'))
  expect(warn.mock.calls.map(([fields]) => fields.notLogged)).toEqual([0, 9, 9])
})
