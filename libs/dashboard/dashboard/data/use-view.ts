import { useEffect, useMemo, useState } from 'preact/hooks'
import { navigate, useLocation } from './location.ts'
import { type Period, periodOf, thisMinute } from './period.ts'
import { readView, type View, writeView } from './view.ts'
import { ownZone } from './zone.ts'

export interface Shown {
  view: View
  period: Period
  /** What of the URL could not be used, in sentences. */
  mistakes: string[]
  /** Changes the URL, and with it the view. */
  show(change: Partial<View>, options?: { replace?: boolean }): void
}

/** The view that the URL names, with its period at the present minute. */
export function useView(): Shown {
  const { pathname, search } = useLocation()
  const now = useMinute()
  const { view, mistakes } = useMemo(() => readView(new URLSearchParams(search), ownZone()), [search])
  const { period: name, from, to, zone } = view
  const period = useMemo(() => periodOf({ period: name, from, to, zone }, now), [name, from, to, zone, now])
  const whole = writeView(view)
  useEffect(() => {
    // an address without period and zone would show something else to a colleague
    if (mistakes.length === 0 && whole !== search) navigate(pathname + whole, { replace: true })
  }, [pathname, search, whole, mistakes.length])
  return {
    view,
    period,
    mistakes,
    show: (change, options) => navigate(pathname + writeView({ ...view, ...change }), options),
  }
}

function useMinute(): number {
  const [now, setNow] = useState(thisMinute)
  useEffect(() => {
    const timer = setInterval(() => setNow(thisMinute()), 5000)
    return () => clearInterval(timer)
  }, [])
  return now
}
