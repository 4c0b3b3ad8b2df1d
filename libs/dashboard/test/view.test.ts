import fc from 'fast-check'
import { expect, it } from 'vitest'
import { columns, metrics, readView, type View, writeView } from '../dashboard/data/view.ts'

const read = (query: string) => readView(new URLSearchParams(query), 'Europe/Berlin')

it('shows the last 7 days by the own clock without a query', () => {
  expect(read('')).toEqual({
    mistakes: [],
    view: {
      period: '7d',
      zone: 'Europe/Berlin',
      compare: true,
      metric: 'impressions',
      sort: 'impressions',
      descending: true,
      search: '',
      campaign: '',
      advertiser: '',
    },
  })
})

it('comes back from its URL as it was', () => {
  const view: fc.Arbitrary<View> = fc.record({
    period: fc.constantFrom('today', 'yesterday', '7d', '30d'),
    zone: fc.constantFrom('UTC', 'Asia/Kolkata', 'America/New_York'),
    compare: fc.boolean(),
    metric: fc.constantFrom(...metrics),
    sort: fc.constantFrom(...columns),
    descending: fc.boolean(),
    search: fc.string(),
    campaign: fc.string(),
    advertiser: fc.string(),
  })
  fc.assert(
    fc.property(view, (each) => {
      expect(read(writeView(each))).toEqual({ view: each, mistakes: [] })
    }),
  )
})

it('never fails on a URL that was edited by hand', () => {
  const query = fc.dictionary(fc.constantFrom('period', 'from', 'to', 'tz', 'sort', 'metric', 'q'), fc.string())
  fc.assert(fc.property(query, (each) => void read(`?${new URLSearchParams(each)}`)))
})

it('says what of a link could not be used', () => {
  expect(read('period=banana&tz=Mars/Olympus').mistakes).toEqual([
    'The link names a time zone that is not known, “Mars/Olympus”. Times are in Europe/Berlin.',
    'The link names a period that is not known, “banana”. This is the last 7 days.',
  ])
})
