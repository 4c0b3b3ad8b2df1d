import { describe, expect, it } from 'vitest'
import { type Choice, mistakeOf, periodOf } from '../dashboard/data/period.ts'

const now = Date.parse('2026-11-30T14:00:00Z')
const text = ({ from, to }: { from: number; to: number }) =>
  [from, to].map((each) => new Date(each).toISOString().slice(0, 16))
const of = (choice: Partial<Choice> & Pick<Choice, 'period'>) => periodOf({ zone: 'UTC', ...choice }, now)

describe('a period', () => {
  it.each([
    ['today', '2026-11-30T00:00', '2026-12-01T00:00', 'hour'],
    ['yesterday', '2026-11-29T00:00', '2026-11-30T00:00', 'hour'],
    ['7d', '2026-11-24T00:00', '2026-12-01T00:00', 'day'],
    ['30d', '2026-11-01T00:00', '2026-12-01T00:00', 'day'],
  ] as const)('%s goes from %s to %s, by %s', (period, from, to, interval) => {
    expect([...text(of({ period })), of({ period }).interval]).toEqual([from, to, interval])
  })

  it('includes both days of a custom one, and is exact between instants', () => {
    expect(text(of({ period: 'custom', from: '2026-10-01', to: '2026-10-03' }))).toEqual([
      '2026-10-01T00:00',
      '2026-10-04T00:00',
    ])
    const hour = of({ period: 'custom', from: '2026-10-01T14:00:00+02:00', to: '2026-10-01T13:00:00Z' })
    expect([...text(hour), hour.interval]).toEqual(['2026-10-01T12:00', '2026-10-01T13:00', 'minute'])
  })
})

describe('the period before', () => {
  it('ends where the present cuts this one: half a day is compared with half a day', () => {
    expect(text(of({ period: 'today' }).previous)).toEqual(['2026-11-29T00:00', '2026-11-29T14:00'])
    expect(text(of({ period: '7d' }).previous)).toEqual(['2026-11-17T00:00', '2026-11-23T14:00'])
  })

  it('is whole for one that is over, counted in days of the calendar', () => {
    const change = of({ period: 'custom', from: '2026-10-26', to: '2026-10-26', zone: 'Europe/Berlin' })
    // the day before has 25 hours
    expect(text(change.previous)).toEqual(['2026-10-24T22:00', '2026-10-25T23:00'])
  })

  it('is a month for a month', () => {
    expect(text(of({ period: 'custom', from: '2026-03-01', to: '2026-03-31' }).previous)).toEqual([
      '2026-02-01T00:00',
      '2026-03-01T00:00',
    ])
  })

  it('is the hour before for an hour', () => {
    const hour = of({ period: 'custom', from: '2026-10-01T14:00:00Z', to: '2026-10-01T15:00:00Z' })
    expect(text(hour.previous)).toEqual(['2026-10-01T13:00', '2026-10-01T14:00'])
  })
})

it.each([
  [{ from: '2026-02-30', to: '2026-03-01' }, '“2026-02-30” is not a day.'],
  [{ from: '2026-03-02', to: '2026-03-01' }, 'The period ends before it begins.'],
  [{ from: '2026-03-02' }, 'The period has no last day.'],
  [{ to: '2026-03-02' }, 'The period has no first day.'],
  [{ from: '2000-01-01', to: '2026-03-02' }, 'The period is longer than 20 years.'],
  [{ from: '2026-03-01', to: '2026-03-01' }, undefined],
])('%j: %s', (ends, mistake) => {
  expect(mistakeOf({ period: 'custom', zone: 'UTC', ...ends })).toBe(mistake)
})
