import { useId } from 'preact/hooks'
import { type TermName, terms } from '../data/terms.ts'

/** A small button that shows what a word means. */
export function Explain({ term }: { term: TermName }) {
  const id = useId()
  return (
    <>
      <button type="button" class="explain" popovertarget={id} aria-label={`What “${term}” means`}>
        ?
      </button>
      <span id={id} popover="auto" class="explanation" role="note">
        <strong>{term}.</strong> {terms[term]}
      </span>
    </>
  )
}
