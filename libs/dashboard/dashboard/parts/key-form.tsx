import { useState } from 'preact/hooks'
import type { Failure } from '../data/failure.ts'
import { readKey, storeKey } from '../data/key.ts'
import { terms } from '../data/terms.ts'

/** Asks for an API key, which is kept until the tab is closed. */
export function KeyForm({ failure, onDone = () => {} }: { failure?: Failure; onDone?: () => void }) {
  const [key, setKey] = useState('')
  const save = (event: Event) => {
    event.preventDefault()
    storeKey(key.trim())
    onDone()
  }
  return (
    <form class="card key-form" onSubmit={save}>
      <h2>{titleOf(failure)}</h2>
      <p class="muted">{terms['API key']} It is kept in this tab until you close it, and sent to this server only.</p>
      <div class="row">
        <label class="grow">
          API key
          <input
            type="password"
            autocomplete="off"
            required
            value={key}
            onInput={({ currentTarget }) => setKey(currentTarget.value)}
          />
        </label>
        <button class="primary">Use this key</button>
      </div>
    </form>
  )
}

function titleOf(failure: Failure | undefined): string {
  if (failure?.kind === 'lacks-scope') return 'The key does not have the right to do this. Use another one.'
  return failure && readKey() ? 'The key is not valid or was revoked. Use another one.' : 'This needs an API key'
}
