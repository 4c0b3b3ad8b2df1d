import { setTimeout as pause } from 'node:timers/promises'
import type { Journal, SentEvent } from './journal.ts'
import { makeEvent } from './make-event.ts'
import type { Answer } from './post-events.ts'
import type { Random } from './random.ts'
import { type Seen, send } from './send.ts'
import { until } from './until.ts'

export interface LoadOptions {
  /** Where to send to; a client that gets no answer goes on to the next one. */
  urls: string[]
  journal: Journal
  random: Random
  clients?: number
  /** Requests a second of all clients together. */
  rate?: number
  /** Part of the clients' unknown outcomes that they send again, with the same id, until they are known. */
  persistence?: number
}

export type Load = ReturnType<typeof startLoad>

/** For faults that have no load of the usual kind. */
export const noLoad: Load = {
  watch: () => () => [],
  acknowledgedAfter: () => Promise.reject(new Error('this fault has no load of its own')),
  abandoned: () => 0,
  stop: async () => {},
}

/** Clients that write down what they do. They run until `stop`, which waits for every answer. */
export function startLoad({ urls, journal, random, clients = 12, rate = 150, persistence = 0.75 }: LoadOptions) {
  let stopping = false
  let abandoned = 0
  const watchers = new Set<(seen: Seen) => void>()
  const recent: SentEvent[] = []
  const running = Array.from({ length: clients }, (_, index) => client(random.fork(), index))

  return {
    /** Collects what the clients see from now on, until the function that it returns is called. */
    watch(): () => Seen[] {
      const all: Seen[] = []
      const add = (seen: Seen) => void all.push(seen)
      watchers.add(add)
      return () => {
        watchers.delete(add)
        return all
      }
    },
    /** Milliseconds from `since` to the first acknowledgement of a request that began after it. */
    async acknowledgedAfter(since: number, within: number): Promise<number> {
      let at: number | undefined
      const look = ({ began, ended, outcomes }: Seen) => {
        if (began >= since && outcomes.includes('ok')) at ??= ended
      }
      watchers.add(look)
      try {
        return (await until('an acknowledgement', () => at, { within, every: 5 })) - since
      } finally {
        watchers.delete(look)
      }
    },
    /** Events whose clients stopped asking before they knew. */
    abandoned: () => abandoned,
    async stop(): Promise<void> {
      stopping = true
      await Promise.all(running)
    },
  }

  async function client(own: Random, index: number) {
    const agent = `chaos/${index} "quoted" \\ é`
    while (!stopping) {
      const began = performance.now()
      await sendUntilKnown(eventsOf(own), own, agent, index)
      // what an outage cost is not caught up with: the rate is an upper bound
      await pause(Math.max(1, ((2 * own.next() * clients) / rate) * 1000 - (performance.now() - began)))
    }
  }

  function eventsOf(own: Random): SentEvent[] {
    if (recent.length > 0 && own.chance(0.03)) return [own.pick(recent)]
    return Array.from({ length: own.chance(0.2) ? own.integer(2, 40) : 1 }, () => makeEvent(own))
  }

  async function sendUntilKnown(events: SentEvent[], own: Random, agent: string, index: number) {
    const persistent = own.chance(persistence)
    for (let attempt = index; events.length > 0; attempt += 1) {
      const answer = await sendOnce(urls[attempt % urls.length] as string, events, agent)
      remember(events, answer, own)
      // the server may have stored an event under the name that it gave: only with that name it can be sent again
      const named = events.map((event, place) => ({
        ...event,
        event_id: event.event_id ?? answer.ids[place] ?? undefined,
      }))
      events = named.filter(({ event_id }, place) => answer.outcomes[place] === 'unknown' && event_id !== undefined)
      if (events.length > 0 && (!persistent || (stopping && attempt - index > 20))) {
        abandoned += events.length
        return
      }
      if (events.length > 0) await pause(own.integer(50, 200))
    }
  }

  async function sendOnce(url: string, events: SentEvent[], agent: string): Promise<Answer> {
    const seen = await send(journal, url, events, agent)
    for (const tell of watchers) tell(seen)
    return seen
  }

  function remember(events: SentEvent[], { outcomes }: Answer, own: Random) {
    const [first] = events
    if (events.length > 1 || outcomes[0] !== 'ok' || first?.event_id === undefined) return
    if (recent.length < 50) recent.push(first)
    else recent[own.integer(0, 49)] = first
  }
}
