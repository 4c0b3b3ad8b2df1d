import { useState } from 'preact/hooks'
import { readReceipts } from '../data/api.ts'
import { navigate, useLocation } from '../data/location.ts'
import { useResource } from '../data/resource.ts'
import { storyOf } from '../data/story.ts'
import { FailureNotice } from '../parts/failure-notice.tsx'
import { Glossary } from '../parts/glossary.tsx'
import { Link } from '../parts/link.tsx'
import { Notice } from '../parts/notice.tsx'
import { Page } from '../parts/page.tsx'

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** What became of one event. */
export function FindEvent() {
  const asked = (useLocation().searchParams.get('id') ?? '').trim()
  const [text, setText] = useState(asked)
  const submit = (event: Event) => {
    event.preventDefault()
    navigate(`/event?id=${encodeURIComponent(text.trim())}`)
  }
  return (
    <Page title="Find an event">
      <section class="card">
        <p>
          Every click and every impression has an id, its <code>event_id</code>. Paste one to see its outcome.
        </p>
        <form class="row" onSubmit={submit}>
          <label class="grow">
            Id of the event
            <input
              required
              spellcheck={false}
              autocomplete="off"
              placeholder="0197e2a4-5c80-7c3e-9d2a-3f1b5c7d9e0f"
              value={text}
              onInput={({ currentTarget }) => setText(currentTarget.value)}
            />
          </label>
          <button class="primary">Find</button>
        </form>
      </section>
      {asked && (uuid.test(asked) ? <Story key={asked} id={asked} /> : <NoId text={asked} />)}
      <Glossary names={['Clicks', 'Impressions', 'Dead letter']} />
    </Page>
  )
}

function NoId({ text }: { text: string }) {
  return (
    <Notice kind="problem">
      “{text.slice(0, 60)}” is not the id of an event. An id has 36 characters, digits and letters from a to f in five
      groups.
    </Notice>
  )
}

function Story({ id }: { id: string }) {
  const { value, failure, isLoading, retry } = useResource(id, (signal) => readReceipts(id, signal))
  if (failure?.kind === 'not-found')
    return (
      <Notice>
        <p>
          There is no event with this id. An event appears here as soon as it is counted, usually within a second after
          it was accepted.
        </p>
        <button type="button" onClick={retry}>
          Look again
        </button>
      </Notice>
    )
  if (failure) return <FailureNotice failure={failure} retry={retry} />
  if (!value) return <p class="waiting" aria-busy={isLoading} />
  return (
    <section class="card story" aria-label="The outcome of the event" role="status">
      {value.receipts.map((receipt) => (
        <article key={receipt.type}>
          <h2>{receipt.type === 'click' ? 'A click' : 'An impression'}</h2>
          {storyOf(receipt).map((sentence) => (
            <p key={sentence}>{sentence}</p>
          ))}
          {receipt.ad_id !== null && <Link href={`/ad/${receipt.ad_id}`}>See ad {receipt.ad_id}</Link>}
        </article>
      ))}
    </section>
  )
}
