import { getJson, getState } from '../data/api.ts'
import {
  type Books,
  booksCheck,
  type Check,
  deadLettersCheck,
  freshnessCheck,
  readyCheck,
  type Readiness,
} from '../data/checks.ts'
import { useResource } from '../data/resource.ts'
import { FailureNotice } from '../parts/failure-notice.tsx'
import { Glossary } from '../parts/glossary.tsx'
import { Page } from '../parts/page.tsx'

const everyMs = 5000

/** Whether everything works, in words. */
export function System() {
  const api = useResource('ads-api', (signal) => getState<Readiness>('/readyz', signal), { everyMs })
  const ingest = useResource('ingest', (signal) => getState<Readiness>('/health/click-ingest', signal), { everyMs })
  const books = useResource(
    'books',
    (signal) => getJson<Omit<Books, 'at'>>('/health/books', signal).then((books) => ({ ...books, at: Date.now() })),
    { everyMs },
  )
  const checks: Check[] = [
    readyCheck('Ads and numbers', 'can be read', api),
    readyCheck('Clicks and impressions', 'are accepted', ingest),
    freshnessCheck(books),
    booksCheck(books),
    deadLettersCheck(books),
  ]
  const needsKey = books.failure?.kind === 'needs-key' || books.failure?.kind === 'lacks-scope'
  return (
    <Page title="Health">
      <p class="verdict" role="status">
        {verdictOf(checks)}
      </p>
      {needsKey && <FailureNotice failure={books.failure!} retry={books.retry} />}
      <ul class="card checks">
        {checks.map(({ title, state, text }) => (
          <li key={title}>
            <span class={`state ${state}`}>{words[state]}</span>
            <div>
              <h2>{title}</h2>
              <p>{text}</p>
            </div>
          </li>
        ))}
      </ul>
      <Glossary names={['Complete up to', 'Ledger balances', 'Dead letter']} />
    </Page>
  )
}

const words: Record<Check['state'], string> = { good: 'OK', warning: 'Warning', bad: 'Problem', unknown: 'Unknown' }

function verdictOf(checks: Check[]): string {
  const of = (wanted: Check['state']) => checks.filter(({ state }) => state === wanted).length
  if (of('bad') > 0) return of('bad') === 1 ? 'One thing does not work.' : `${of('bad')} things do not work.`
  if (of('warning') > 0) return 'Everything works. Some points need attention.'
  return of('unknown') > 0 ? 'Checking…' : 'Everything works.'
}
