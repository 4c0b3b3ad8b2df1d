import { queryOf } from '../data/api.ts'
import { spanOf } from '../data/questions.ts'
import { type AdRow, filterRows, sortRows, valuesOf } from '../data/rows.ts'
import type { Shown } from '../data/use-view.ts'
import { type Column, type View, writeView } from '../data/view.ts'
import { dayOf } from '../data/zone.ts'
import { AdsTable } from './ads-table.tsx'
import { Download } from './download.tsx'
import { Select } from './select.tsx'

interface Props {
  shown: Shown
  rows: AdRow[]
  before: AdRow[] | undefined
}

/** The ads of the overview: searched, filtered, sorted, and as a file. */
export function AdsCard({ shown: { view, period, show }, rows, before }: Props) {
  const found = sortRows(filterRows(rows, view), before, view)
  const file = `ads-${dayOf(period.from, view.zone)}-to-${dayOf(period.to - 1, view.zone)}.csv`
  const { campaign, advertiser } = view
  const csv = `/ads/analytics${queryOf({ ...spanOf(period), fields: 'name,campaign,advertiser', campaign, advertiser, format: 'csv' })}`
  return (
    <section class="card" aria-label="Ads">
      <div class="card-head tools">
        <h2>Ads</h2>
        <label class="search">
          <span class="unseen">Search the ads</span>
          <input
            type="search"
            placeholder="Search"
            value={view.search}
            onInput={({ currentTarget }) => show({ search: currentTarget.value }, { replace: true })}
          />
        </label>
        <Filters rows={rows} view={view} show={show} />
        <Download href={csv} file={file}>
          CSV
        </Download>
      </div>
      <p class="unseen" role="status">
        {found.length} of {rows.length} ads
      </p>
      {found.length > 0 ? (
        <AdsTable
          rows={found}
          view={view}
          period={period}
          hrefOf={(id) => `/ad/${id}${writeView({ ...view, search: '', campaign: '', advertiser: '' })}`}
          onSort={(column) => show(sorted(view, column), { replace: true })}
        />
      ) : (
        <p class="empty">
          No ad matches.{' '}
          <button type="button" onClick={() => show({ search: '', campaign: '', advertiser: '' })}>
            Show all ads
          </button>
        </p>
      )}
    </section>
  )
}

function Filters({ rows, view, show }: Pick<Props, 'rows'> & Pick<Shown, 'view' | 'show'>) {
  const fields = (['campaign', 'advertiser'] as const).map((field) => ({ field, values: valuesOf(rows, field) }))
  const labels = { campaign: ['Campaign', 'All campaigns'], advertiser: ['Advertiser', 'All advertisers'] } as const
  return (
    <>
      {fields
        .filter(({ field, values }) => values.length > 0 || view[field])
        .map(({ field, values }) => (
          <Select
            key={field}
            label={labels[field][0]}
            all={labels[field][1]}
            values={values}
            value={view[field]}
            onChange={(value) => show({ [field]: value })}
          />
        ))}
    </>
  )
}

function sorted(view: View, column: Column): Partial<View> {
  if (view.sort === column) return { descending: !view.descending }
  return { sort: column, descending: column !== 'name' && column !== 'change' }
}
