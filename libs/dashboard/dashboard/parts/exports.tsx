import { useState } from 'preact/hooks'
import { addDays, isDay } from '../data/zone.ts'
import { Download } from './download.tsx'

const kinds = ['clicks', 'impressions'] as const
const formats = ['csv', 'parquet'] as const

/** Every event of a day, as a file. */
export function Exports({ day: instant }: { day: number }) {
  const today = new Date().toISOString().slice(0, 10)
  const last = new Date(instant).toISOString().slice(0, 10)
  const [day, setDay] = useState(last < today ? last : addDays(today, -1))
  return (
    <section class="card" aria-labelledby="exports">
      <div class="card-head">
        <h2 id="exports">Export the events of a day</h2>
      </div>
      <p>All ads, one line for each event. Days are in UTC.</p>
      <div class="row">
        <label>
          Day
          <input type="date" max={today} value={day} onInput={({ currentTarget }) => setDay(currentTarget.value)} />
        </label>
      </div>
      {isDay(day) && (
        <div class="files">
          {kinds.flatMap((kind) =>
            formats.map((format) => (
              <Download
                key={kind + format}
                href={`/ads/exports/${kind}/${day}.${format}`}
                file={`${kind}-${day}.${format}`}
                needsKey
              >
                {`${kind === 'clicks' ? 'Clicks' : 'Impressions'}, ${format === 'csv' ? 'CSV' : 'Parquet'}`}
              </Download>
            )),
          )}
        </div>
      )}
    </section>
  )
}
