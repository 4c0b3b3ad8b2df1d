import { useEffect, useState } from 'preact/hooks'
import { whenIdle } from '../data/idle.ts'
import type { Period } from '../data/period.ts'
import type { View } from '../data/view.ts'
import { allZones } from '../data/zone.ts'
import { PeriodPicker } from './period-picker.tsx'
import { Select } from './select.tsx'

interface Props {
  view: View
  period: Period
  show(change: Partial<View>): void
}

/** What is looked at: period, time zone, and whether the period before is shown too. */
export function Controls({ view, period, show }: Props) {
  const [zones, setZones] = useState<string[]>([])
  // some four hundred, which the first frame does not need
  useEffect(() => whenIdle(() => setZones(allZones())), [])
  return (
    <div class="controls">
      <PeriodPicker view={view} period={period} show={show} />
      <Select label="Time zone" value={view.zone} values={zones} onChange={(zone) => show({ zone })} />
      <label class="check">
        <input
          type="checkbox"
          checked={view.compare}
          onChange={({ currentTarget }) => show({ compare: currentTarget.checked })}
        />
        Compare <span class="long">with the period before</span>
      </label>
    </div>
  )
}
