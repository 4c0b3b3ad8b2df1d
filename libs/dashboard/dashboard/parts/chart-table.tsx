import { useState } from 'preact/hooks'
import type { Bucket } from '@ads-tracker/sdk'
import { ctrOf, formatCount, formatCtr } from '../data/format.ts'
import type { Interval } from '../data/period.ts'
import { Link } from './link.tsx'
import { longLabelOf } from './series.ts'

interface Props {
  buckets: Bucket[]
  interval: Interval
  compare: boolean
  /** Where a bucket is shown in smaller ones. */
  closer(index: number): string | undefined
}

/** The numbers of a chart as a table. */
export function ChartTable({ buckets, interval, compare, closer }: Props) {
  const [isOpen, setOpen] = useState(false)
  return (
    <details class="chart-table" onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>The chart as a table</summary>
      {isOpen && (
        <div class="scroll" tabIndex={0} role="region" aria-label="Numbers of the chart">
          <table>
            <thead>
              <tr>
                <th scope="col">Time</th>
                <th scope="col">Impressions</th>
                <th scope="col">Clicks</th>
                <th scope="col">CTR</th>
                {compare && <th scope="col">Clicks before</th>}
              </tr>
            </thead>
            <tbody>
              {buckets.map((bucket, index) => (
                <tr key={bucket.start}>
                  <th scope="row">
                    <Label href={closer(index)} text={longLabelOf(bucket.start, interval)} />
                  </th>
                  <td>{formatCount(bucket.impressions)}</td>
                  <td>{formatCount(bucket.clicks)}</td>
                  <td>{formatCtr(ctrOf(bucket))}</td>
                  {compare && <td>{bucket.previous ? formatCount(bucket.previous.clicks) : '–'}</td>}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </details>
  )
}

function Label({ href, text }: { href: string | undefined; text: string }) {
  return href ? (
    <Link href={href} title="Zoom in">
      {text}
    </Link>
  ) : (
    <>{text}</>
  )
}
