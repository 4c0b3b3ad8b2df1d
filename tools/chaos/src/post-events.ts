import type { Outcome, SentEvent } from './journal.ts'

export interface Answer {
  /** HTTP status; 0 when there was no answer: refused, reset or too late. */
  status: number
  outcomes: Outcome[]
  ids: (string | null)[]
}

const patience = 6000

/** Sends one event by its own route, several by the batch route. Never throws. */
export async function postEvents(url: string, events: SentEvent[], agent: string): Promise<Answer> {
  const { path, body } = requestOf(events)
  try {
    const response = await fetch(url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'user-agent': agent },
      body,
      signal: AbortSignal.timeout(patience),
    })
    const answer = (await response.json()) as Body
    return events.length === 1 ? single(response.status, answer) : batch(response.status, answer, events.length)
  } catch {
    return { status: 0, outcomes: events.map(() => 'unknown'), ids: events.map(() => null) }
  }
}

export interface Body {
  event_id?: string
  results?: { event_id: string | null; status: number }[]
}

function requestOf(events: SentEvent[]): { path: string; body: string } {
  const [first] = events
  if (events.length > 1 || first === undefined) return { path: '/ads/events', body: JSON.stringify({ events }) }
  const { type, ...body } = first
  return { path: `/ads/${type}`, body: JSON.stringify(body) }
}

function single(status: number, { event_id }: Body): Answer {
  return { status, outcomes: [outcomeOf(status)], ids: [event_id ?? null] }
}

function batch(status: number, { results }: Body, length: number): Answer {
  const ids = results?.map(({ event_id }) => event_id)
  if (ids?.length === length) return { status, outcomes: results!.map((each) => outcomeOf(each.status)), ids }
  const outcomes = Array.from({ length }, () => (status === 200 ? 'unknown' : outcomeOf(status)))
  return { status, outcomes, ids: outcomes.map(() => null) }
}

function outcomeOf(status: number): Outcome {
  if (status === 202) return 'ok'
  return status >= 400 && status < 500 ? 'fail' : 'unknown'
}
