import { useEffect, useState } from 'preact/hooks'
import { type Period, type PeriodName, periodNames } from '../data/period.ts'
import { type View, writeView } from '../data/view.ts'
import { addDays, dayOf, isDay } from '../data/zone.ts'
import { Link } from './link.tsx'

const names: Record<PeriodName, string> = {
  today: 'Today',
  yesterday: 'Yesterday',
  '7d': '7 days',
  '30d': '30 days',
  custom: 'Custom',
}

interface Props {
  view: View
  period: Period
  show(change: Partial<View>): void
}

export function PeriodPicker({ view, period, show }: Props) {
  const days = { from: dayOf(period.from, view.zone), to: dayOf(period.to - 1, view.zone) }
  const hrefOf = (name: PeriodName) =>
    writeView({ ...view, period: name, ...(name === 'custom' && !isDay(view.from ?? '') && days) })
  return (
    <>
      <div class="segments" role="group" aria-label="Period">
        {periodNames.map((name) => (
          <Link key={name} href={hrefOf(name)} aria-current={name === view.period ? 'true' : undefined}>
            {names[name]}
          </Link>
        ))}
      </div>
      {view.period === 'custom' && <Days {...days} show={show} />}
    </>
  )
}

function Days({ from, to, show }: { from: string; to: string; show: Props['show'] }) {
  const [days, setDays] = useState({ from, to })
  useEffect(() => setDays({ from, to }), [from, to])
  const submit = (event: Event) => {
    event.preventDefault()
    if (!isDay(days.from) || !isDay(days.to)) return
    const [first, last] = days.from <= days.to ? [days.from, days.to] : [days.to, days.from]
    show({ period: 'custom', from: first, to: last })
  }
  return (
    <form class="row days" onSubmit={submit}>
      {(['from', 'to'] as const).map((end) => (
        <label key={end}>
          {end === 'from' ? 'From' : 'To'}
          <input
            type="date"
            required
            min="2000-01-01"
            max={addDays(new Date().toISOString().slice(0, 10), 1)}
            value={days[end]}
            onInput={({ currentTarget }) => setDays({ ...days, [end]: currentTarget.value })}
          />
        </label>
      ))}
      <button>Show</button>
    </form>
  )
}
