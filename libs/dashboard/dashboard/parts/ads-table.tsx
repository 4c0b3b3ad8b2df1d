import { useState } from 'preact/hooks'
import type { Period } from '../data/period.ts'
import { ctrOf, formatCount, formatCtr } from '../data/format.ts'
import { clicksChange, type ShownRow } from '../data/rows.ts'
import { useTrends } from '../data/use-numbers.ts'
import type { Column, View } from '../data/view.ts'
import { ChangeMark } from './change-mark.tsx'
import { Link } from './link.tsx'
import { SortHeader } from './sort-header.tsx'
import { Trend } from './trend.tsx'
import { Thumbnail } from './thumbnail.tsx'

interface Props {
  rows: ShownRow[]
  view: View
  period: Period
  hrefOf(id: number): string
  onSort(column: Column): void
}

const step = 50

export function AdsTable({ rows, view, period, hrefOf, onSort }: Props) {
  const [count, setCount] = useState(step)
  const shown = rows.slice(0, count)
  const trends = useTrends(
    { view, period },
    shown
      .slice(0, step)
      .map(({ ad_id }) => ad_id)
      .sort((one, other) => one - other),
  )
  const most = Math.max(1, ...rows.map(({ impressions }) => impressions))
  const columns: [Column, string][] = [
    ['name', 'Ad'],
    ['impressions', 'Impressions'],
    ['clicks', 'Clicks'],
    ['ctr', 'CTR'],
    ...(view.compare ? ([['change', 'Clicks change']] as [Column, string][]) : []),
  ]
  return (
    <>
      <table class="ads">
        <thead>
          <tr>
            {columns.map(([column, label]) => (
              <SortHeader key={column} column={column} label={label} view={view} onSort={onSort} />
            ))}
            <th scope="col" class="trend-cell">
              Trend
            </th>
          </tr>
        </thead>
        <tbody>
          {shown.map((row) => (
            <tr key={row.ad_id}>
              <th scope="row">
                <Link class="ad-name" href={hrefOf(row.ad_id)}>
                  <Thumbnail id={row.ad_id} title={row.title} image={row.image_url ?? undefined} />
                  <span>
                    <span class="title">{row.title}</span>
                    <span class="muted about">{aboutOf(row)}</span>
                  </span>
                </Link>
              </th>
              <td>
                <meter class="share" min={0} max={most} value={row.impressions} aria-hidden="true" />
                <span class="count">{formatCount(row.impressions)}</span>
              </td>
              <td>{formatCount(row.clicks)}</td>
              <td>{formatCtr(ctrOf(row))}</td>
              {view.compare && (
                <td class="change-cell">{row.before ? <ChangeMark change={clicksChange(row)} /> : '–'}</td>
              )}
              <td class="trend-cell">
                <Trend buckets={trends.get(row.ad_id)} metric={view.metric} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length > count && (
        <p class="more">
          <button type="button" onClick={() => setCount(count + 4 * step)}>
            Show more
          </button>
          <span class="muted">
            {count} of {formatCount(rows.length)} ads
          </span>
        </p>
      )}
    </>
  )
}

const aboutOf = ({ campaign, advertiser, ad_id }: ShownRow): string =>
  [advertiser, campaign].filter(Boolean).join(' · ') || `Ad ${ad_id}`
