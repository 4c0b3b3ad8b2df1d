import { formatMark } from '../data/format.ts'
import { useLive } from '../data/live.ts'
import { Explain } from './explain.tsx'

/** Up to when the numbers are complete. */
export function Freshness({ completeThrough, zone }: { completeThrough?: number; zone: string }) {
  const live = useLive()
  const marks = [completeThrough, live.completeThrough].filter((mark) => mark !== undefined)
  if (marks.length === 0) return null
  return (
    <p class="muted freshness">
      Complete up to <time>{formatMark(Math.max(...marks), zone)}</time> <Explain term="Complete up to" />
    </p>
  )
}
