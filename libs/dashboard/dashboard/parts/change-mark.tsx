import type { Change } from '../data/format.ts'

const arrows = { up: '▲', down: '▼', same: '', unknown: '' }
const words = {
  up: ' more than before',
  down: ' less than before',
  same: ' as before',
  unknown: ' nothing to compare with',
}

/** A difference to the period before: the arrow says with the sign what the colour says. */
export function ChangeMark({ change: { text, direction } }: { change: Change }) {
  return (
    <span class={`change ${direction}`}>
      {arrows[direction] && <span aria-hidden="true">{arrows[direction]} </span>}
      {text}
      <span class="unseen">{words[direction]}</span>
    </span>
  )
}
