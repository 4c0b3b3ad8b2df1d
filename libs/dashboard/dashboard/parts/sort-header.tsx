import type { Column, View } from '../data/view.ts'

interface Props {
  column: Column
  label: string
  view: Pick<View, 'sort' | 'descending'>
  onSort(column: Column): void
}

export function SortHeader({ column, label, view, onSort }: Props) {
  const isSorted = view.sort === column
  const order = view.descending ? 'descending' : 'ascending'
  return (
    <th scope="col" aria-sort={isSorted ? order : undefined} class={`column-${column}`}>
      <button type="button" onClick={() => onSort(column)}>
        {label}
        <span aria-hidden="true" class="order">
          {isSorted ? (view.descending ? '↓' : '↑') : ''}
        </span>
      </button>
    </th>
  )
}
