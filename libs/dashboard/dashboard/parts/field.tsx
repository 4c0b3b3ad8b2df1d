import { useId } from 'preact/hooks'

interface Props {
  label: string
  hint: string
  value: string
  problem?: string | undefined
  isUrl?: boolean
  required?: boolean
  maxLength?: number
  onInput(value: string): void
}

export function Field({ label, hint, value, problem, isUrl, required, maxLength, onInput }: Props) {
  const id = useId()
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input
        id={id}
        inputMode={isUrl ? 'url' : 'text'}
        value={value}
        required={required}
        maxLength={maxLength}
        placeholder={isUrl ? 'https://' : undefined}
        aria-invalid={problem ? true : undefined}
        aria-describedby={`${id}-hint`}
        onInput={({ currentTarget }) => onInput(currentTarget.value)}
      />
      <p id={`${id}-hint`} class={problem ? 'bad' : 'muted'}>
        {problem ? `${label} ${problem}.` : hint}
      </p>
    </div>
  )
}
