import { expect, it } from 'vitest'
import { isUnavailable, isUnreachable } from '../src/unavailable.ts'

const coded = (code: string) => Object.assign(new Error('x'), { code })

it.each([
  'ECONNREFUSED',
  'CONNECT_TIMEOUT',
  'CONNECTION_CLOSED',
  'DEADLINE',
  '57P01',
  '57014',
  '53300',
  '08006',
  '42P01',
  '3D000',
  '28P01',
  '25006',
  'XX000',
])('takes %s for a database that is not available, wrapped or not', (code) => {
  expect(isUnavailable(coded(code))).toBe(true)
  expect(isUnavailable(new Error('Failed query', { cause: coded(code) }))).toBe(true)
})

it.each([coded('22003'), coded('23505'), new TypeError('x'), 'text', null, undefined, { code: 7 }])(
  'takes %s for a mistake of ours',
  (error) => {
    expect(isUnavailable(error)).toBe(false)
  },
)

it('never loops over errors that cause each other', () => {
  const one = new Error('one')
  one.cause = new Error('two', { cause: one })
  expect(isUnavailable(one)).toBe(false)
})

it('wants a new pool after a failed connection, not after a lost one', () => {
  expect(['ECONNREFUSED', 'DEADLINE', 'CONNECTION_CLOSED', '57P01'].map((code) => isUnreachable(coded(code)))).toEqual([
    true,
    true,
    false,
    false,
  ])
})
