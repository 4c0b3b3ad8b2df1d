import { describe, expect, it } from 'vitest'
import { booksCheck, deadLettersCheck, freshnessCheck, readyCheck } from '../dashboard/data/checks.ts'
import { countChange, ctrChange, ctrOf, formatAge, formatCtr } from '../dashboard/data/format.ts'
import { filterRows, sortRows, totalOf } from '../dashboard/data/rows.ts'
import { storyOf } from '../dashboard/data/story.ts'

describe('numbers', () => {
  it('are “–” where there is nothing to divide by', () => {
    expect(formatCtr(ctrOf({ impressions: 0, clicks: 3 }))).toBe('–')
    expect(countChange(5, 0)).toEqual({ text: '–', direction: 'unknown' })
    expect(ctrChange(0.1, undefined)).toEqual({ text: '–', direction: 'unknown' })
  })

  it('change by percent, and rates by points', () => {
    expect(countChange(110, 100)).toEqual({ text: '+10%', direction: 'up' })
    expect(countChange(0, 100)).toEqual({ text: '−100%', direction: 'down' })
    expect(countChange(7, 7)).toEqual({ text: '0%', direction: 'same' })
    expect(ctrChange(0.02, 0.03)).toEqual({ text: '−1 points', direction: 'down' })
  })

  it.each([
    [0, 'less than a second'],
    [1000, '1 second'],
    [59_999, '59 seconds'],
    [7_200_000, '2 hours'],
  ])('%s ms is %s', (ms, text) => expect(formatAge(ms)).toBe(text))
})

describe('rows', () => {
  const row = (ad_id: number, impressions: number, clicks: number, name: string | null = null) => ({
    ad_id,
    impressions,
    clicks,
    ctr: 0,
    name,
    campaign: ad_id > 1 ? 'Spring' : null,
  })
  const rows = [row(1, 10, 1, 'Ad 10'), row(2, 0, 0, 'Ad 9'), row(3, 5, 4)]

  it('are sorted by numbers in names, and ads without impressions come last by CTR', () => {
    const ids = (sort: 'name' | 'ctr' | 'change', descending: boolean) =>
      sortRows(rows, [row(3, 9, 9)], { sort, descending }).map(({ ad_id }) => ad_id)
    expect(ids('name', false)).toEqual([3, 2, 1])
    expect(ids('ctr', true)).toEqual([3, 1, 2])
    expect(ids('change', false)).toEqual([3, 2, 1])
  })

  it('are found by words of name, id and campaign', () => {
    const find = (search: string, campaign = '') =>
      filterRows(rows, { search, campaign, advertiser: '' }).map(({ ad_id }) => ad_id)
    expect([find('AD 9'), find('spring'), find('', 'Spring'), find('nothing')]).toEqual([[2], [2, 3], [2, 3], []])
    expect(totalOf(rows)).toEqual({ impressions: 15, clicks: 5 })
  })
})

it('tells the story of an event', () => {
  const receipt = { type: 'click', status: 'counted', ad_id: 1, duplicates: 0, conflicts: 0 } as const
  expect(storyOf(receipt)).toEqual(['The click was accepted and counted once, for ad 1.', 'It was sent once.'])
  expect(storyOf({ ...receipt, status: 'dead_letter', reason: 'unknown_ad', conflicts: 2 }).join(' ')).toBe(
    'The click for ad 1 was accepted and could not be counted, because it names an ad that did not exist. ' +
      'It is kept as a dead letter and can be counted after the cause is fixed. ' +
      'It was sent again 2 times with other content: the first one counts, the others are kept.',
  )
})

describe('health', () => {
  const resource = <T>(value: T) => ({ value, isLoading: false, retry() {} })
  const books = {
    balanced: true,
    off_by: 0,
    counted: 4,
    duplicates: 1,
    conflicts: 0,
    dead_letters: 0,
    waiting_dead_letters: [],
    complete_through: '2026-01-01T00:00:00.000Z',
    at: Date.parse('2026-01-01T00:00:02Z'),
  }

  it('is good when all is well', () => {
    const checks = [freshnessCheck, booksCheck, deadLettersCheck].map((check) => check(resource(books)))
    expect(checks.map(({ state }) => state)).toEqual(['good', 'good', 'good'])
    expect(checks[1]!.text).toContain('5 events were read: 4 counted, 1 sent again')
  })

  it('says what is wrong', () => {
    const late = freshnessCheck(resource({ ...books, at: books.at + 300_000 }))
    expect([late.state, late.text]).toEqual(['bad', expect.stringContaining('5 minutes ago')])
    expect(booksCheck(resource({ ...books, balanced: false, off_by: 2 })).text).toContain('The ledger is off by 2.')
    const letters = deadLettersCheck(resource({ ...books, waiting_dead_letters: [{ reason: 'unknown_ad', count: 1 }] }))
    expect(letters).toMatchObject({ state: 'warning', title: 'One dead letter waits' })
    const down = readyCheck(
      'Clicks',
      'are accepted',
      resource({ status: 'not_ready', dependencies: { kafka: 'down' } }),
    )
    expect(down).toMatchObject({ state: 'bad', text: 'Not at the moment: the log (Kafka): down.' })
  })
})
