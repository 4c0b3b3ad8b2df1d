import { readKey } from './key.ts'
import { periodOf, thisMinute } from './period.ts'
import { filterOf, questionsOf } from './questions.ts'
import { readView } from './view.ts'
import { ownZone } from './zone.ts'

// A script of its own, which runs while the others are still loading: the numbers that the address names are asked for at once.
const patience = 10_000
const answers = new Map<string, Promise<Response>>()
askFor(new URL(location.href))

/** As `fetch`; what was asked for early is answered by that request, once. */
export function fetchOrTake(request: Request): Promise<Response> {
  const key = keyOf(new URL(request.url))
  const early = request.method === 'GET' ? answers.get(key) : undefined
  answers.delete(key)
  return early ?? fetch(request)
}

function askFor({ pathname, searchParams }: URL) {
  const id = /^\/ad\/(\d{1,10})\/?$/.exec(pathname)?.[1]
  if (pathname !== '/' && !id) return
  const { view } = readView(searchParams, ownZone())
  const filter = id ? { ad_id: Number(id) } : filterOf(view)
  const { now, before, series } = questionsOf(view, periodOf(view, thisMinute()), filter)
  ask('/ads/analytics', now)
  ask('/ads/analytics/series', series)
  if (before) ask('/ads/analytics', before)
}

function ask(path: string, query: object) {
  const url = new URL(path, location.href)
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, String(value))
  const key = readKey()
  const answer = fetch(url, {
    headers: key ? { authorization: `Bearer ${key}` } : {},
    signal: AbortSignal.timeout(patience),
  })
  // a failure is handled by the page that takes the answer
  answer.catch(() => {})
  answers.set(keyOf(url), answer)
}

function keyOf({ pathname, searchParams }: URL): string {
  return `${pathname}?${[...searchParams]
    .map((pair) => pair.join('='))
    .sort()
    .join('&')}`
}
