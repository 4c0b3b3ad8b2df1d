import { useState } from 'preact/hooks'

/** Text to take along, with a button that copies it. */
export function CopyBox({ label, text }: { label: string; text: string }) {
  const [state, setState] = useState<'ready' | 'copied' | 'refused'>('ready')
  const copy = () =>
    navigator.clipboard.writeText(text).then(
      () => setState('copied'),
      () => setState('refused'),
    )
  return (
    <div class="copy-box">
      <pre tabIndex={0} aria-label={label}>
        <code>{text}</code>
      </pre>
      <button type="button" onClick={copy}>
        {state === 'copied' ? 'Copied' : 'Copy'}
      </button>
      <span role="status" class={state === 'refused' ? '' : 'unseen'}>
        {state === 'copied' && 'Copied to the clipboard.'}
        {state === 'refused' && 'The browser did not allow it. Select the text and copy it.'}
      </span>
    </div>
  )
}
