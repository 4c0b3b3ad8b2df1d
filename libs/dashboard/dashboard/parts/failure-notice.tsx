import type { Failure } from '../data/failure.ts'
import { formatClock } from '../data/format.ts'
import { KeyForm } from './key-form.tsx'
import { Notice } from './notice.tsx'

interface Props {
  failure: Failure
  retry(): void
  /** When the numbers that are still shown came. */
  since?: number
  zone?: string
}

/** Why there are no numbers, or no new ones, and what can be done. */
export function FailureNotice({ failure, retry, since, zone }: Props) {
  if (failure.kind === 'needs-key' || failure.kind === 'lacks-scope') return <KeyForm failure={failure} />
  return (
    <Notice kind="problem">
      <p>
        {since !== undefined && failure.passes && <strong>Offline: numbers from {formatClock(since, zone)}. </strong>}
        {failure.message} {failure.passes && 'The page retries automatically.'}
      </p>
      <button type="button" onClick={retry}>
        Try now
      </button>
    </Notice>
  )
}
