interface Props {
  label: string
  value: string
  /** What the empty value says; without it there is no empty value. */
  all?: string
  values: string[]
  onChange(value: string): void
}

export function Select({ label, value, all, values, onChange }: Props) {
  const isKnown = value === '' || values.includes(value)
  return (
    <label class="select">
      <span>{label}</span>
      <select value={value} onChange={({ currentTarget }) => onChange(currentTarget.value)}>
        {all !== undefined && <option value="">{all}</option>}
        {!isKnown && <option value={value}>{value}</option>}
        {values.map((each) => (
          <option key={each} value={each}>
            {each}
          </option>
        ))}
      </select>
    </label>
  )
}
