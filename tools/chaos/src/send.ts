import type { Journal, SentEvent } from './journal.ts'
import { type Answer, postEvents } from './post-events.ts'

/** One request as its client saw it; times are those of `performance.now()`. */
export interface Seen extends Answer {
  began: number
  ended: number
}

export type Post = (url: string, events: SentEvent[], agent: string) => Promise<Answer>

/** Sends events and writes down that it does, and what came of it. */
export async function send(
  journal: Journal,
  url: string,
  events: SentEvent[],
  agent = 'chaos',
  post: Post = postEvents,
): Promise<Seen> {
  const request = journal.nextRequest()
  await journal.append({ at: Date.now(), request, agent, send: events })
  const began = performance.now()
  const answer = await post(url, events, agent)
  const ended = performance.now()
  await journal.append({ at: Date.now(), request, outcomes: answer.outcomes, ids: answer.ids })
  return { ...answer, began, ended }
}
