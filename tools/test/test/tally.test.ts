import { expect, test } from 'vitest'
import { createTally } from '../src/tally.ts'

test('adds up the runs of all projects, with and without colours', () => {
  const tally = createTally()
  const lines = [
    '      Tests  33 passed (33)',
    '\u001b[2m      Tests \u001b[22m \u001b[1m\u001b[31m2 failed\u001b[39m\u001b[22m\u001b[2m | \u001b[22m\u001b[1m\u001b[32m27 passed\u001b[39m\u001b[22m\u001b[90m (29)\u001b[39m',
    '      Tests  1 failed | 3 passed | 2 skipped (6)',
    ' Test Files  7 passed (7)',
    ' ✓ Tests of something 5 passed (5 ways)',
  ]
  lines.forEach(tally.read)
  expect(tally.summary()).toBe('63 passed, 3 failed')
})

test('a failure of something else than a test counts too', () => {
  const tally = createTally()
  tally.fail()
  expect(tally.summary()).toBe('0 passed, 1 failed')
})

test('says at the end which tests failed and why, and in which project', () => {
  const tally = createTally()
  const lines = [
    '> nx run @ads-tracker/dashboard:test',
    '      Tests  7 passed (7)',
    '> nx run @ads-tracker/seed:test',
    ' ✓ test/seed.test.ts (1 test) 12020ms',
    '\u001b[31m⎯⎯⎯⎯⎯⎯⎯\u001b[39m\u001b[1m\u001b[41m Failed Tests 1 \u001b[49m\u001b[22m\u001b[31m⎯⎯⎯⎯⎯⎯⎯\u001b[39m',
    '\u001b[41m\u001b[1m FAIL \u001b[22m\u001b[49m test/seed.test.ts\u001b[2m > \u001b[22mmakes ten ads',
    'AssertionError: expected 1 to be 2 // Object.is equality',
    ' Test Files  1 failed | 1 passed (2)',
    '      Tests  1 failed | 1 passed (2)',
    'Failed tasks:',
    '- @ads-tracker/seed:test',
  ]
  lines.forEach(tally.read)
  expect(tally.failures().split('\n')).toEqual([
    '@ads-tracker/seed:test',
    '⎯⎯⎯⎯⎯⎯⎯ Failed Tests 1 ⎯⎯⎯⎯⎯⎯⎯',
    ' FAIL  test/seed.test.ts > makes ten ads',
    'AssertionError: expected 1 to be 2 // Object.is equality',
    '- @ads-tracker/seed:test',
  ])
})
