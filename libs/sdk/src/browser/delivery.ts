import { uuidv7 } from '../uuidv7.ts'
import { attempt, createEventStore, type StoredEvent } from './event-store.ts'

/** What became of the events of this page view, and of those it found waiting. */
export interface Stats {
  delivered: number
  /** Events that were given up, by reason: `expired`, `malformed`, `overflow`, `limit`, or the code of a rejection. */
  dropped: Record<string, number>
}

interface Result {
  status: number
  code?: string
  errors?: { field: string }[]
}

const batchSize = 50
const queueSize = 200
const pageLimit = 500
const maxAgeMs = 7 * 24 * 60 * 60 * 1000
const timeoutMs = 10_000
const longestWaitMs = 60_000

/** Brings events to `POST /ads/events` of one origin: at once, after an outage, after a reload, and when the page goes. */
export function createDelivery(baseUrl: string) {
  const url = `${baseUrl}/ads/events`
  const lock = `ads-tracker:${baseUrl}:`
  const store = createEventStore(lock)
  const stats: Stats = { delivered: 0, dropped: {} }
  const sending = new Set<string>()
  let failures = 0
  let recorded = 0
  let timer: ReturnType<typeof setTimeout> | undefined
  let wakeAt = Infinity

  addEventListener('online', () => wake(0))
  addEventListener('pagehide', leave)
  addEventListener('visibilitychange', () => document.visibilityState === 'hidden' && leave())
  wake(0)
  return { stats, record }

  /** The id of the event, or undefined when the page has recorded too many. */
  function record(event: Omit<StoredEvent, 'event_id' | 'timestamp'>): string | undefined {
    if (++recorded > pageLimit) return void drop('limit')
    const now = Date.now()
    const stored = { ...event, event_id: uuidv7(now), timestamp: new Date(now).toISOString() }
    store.add(stored)
    for (const id of store.ids().slice(0, -queueSize)) drop('overflow', id)
    // a click often leads away: it is sent before anything else can happen, while what may wait is gathered
    if (!failures && !sending.size && event.type === 'click') void deliver(() => send([stored]))
    else if (!failures) wake(50)
    return stored.event_id
  }

  function wake(ms: number) {
    const at = Date.now() + ms
    if (at >= wakeAt) return
    clearTimeout(timer)
    wakeAt = at
    timer = setTimeout(() => {
      wakeAt = Infinity
      void deliver(sendInTurn)
    }, ms)
  }

  async function deliver(way: () => Promise<number>) {
    const wait = await way().catch(() => undefined)
    failures = wait === undefined ? failures + 1 : 0
    if (wait === undefined || wait > 0)
      wake(Math.max(wait ?? 0, Math.random() * Math.min(longestWaitMs, 1000 * 2 ** failures)))
    else if (store.ids().length) wake(50)
  }

  // Two tabs that send the same events do no harm, their ids are the same; it is only in vain. In turn it is rare: a tab
  // in another process may read an entry of localStorage for some milliseconds after it was removed.
  async function sendInTurn(): Promise<number> {
    let release = () => {}
    const turn = new Promise<void>((resolve) => {
      const granted = () => (resolve(), new Promise<void>((done) => (release = done)))
      // absent on plain http, and a sandboxed frame may not use them
      Promise.resolve(navigator.locks?.request(lock, granted) ?? resolve()).catch(() => resolve())
    })
    await turn
    return send().finally(release)
  }

  /** Milliseconds to wait before the next batch; rejects when this one did not arrive. */
  async function send(events = waiting()): Promise<number> {
    if (!events.length) return 0
    for (const { event_id } of events) sending.add(event_id)
    const abort = new AbortController()
    const deadline = setTimeout(() => abort.abort(), timeoutMs)
    try {
      // text/plain needs no preflight, keepalive outlives the page
      const response = await fetch(url, {
        method: 'POST',
        body: bodyOf(events),
        headers: { 'content-type': 'text/plain' },
        keepalive: true,
        credentials: 'omit',
        signal: abort.signal,
      })
      return await settle(events, response)
    } finally {
      clearTimeout(deadline)
      for (const { event_id } of events) sending.delete(event_id)
    }
  }

  async function settle(events: StoredEvent[], response: Response): Promise<number> {
    if ([400, 413].includes(response.status)) events.forEach(({ event_id }) => drop('rejected', event_id))
    else if (!response.ok) return Number(response.headers.get('retry-after')) * 1000 || fail()
    else {
      const { results } = (await response.json()) as { results: Result[] }
      events.forEach((event, index) => finish(event, results[index]!))
      if (results.some(({ status }) => status === 503)) fail()
    }
    return 0
  }

  function finish(event: StoredEvent, { status, code, errors }: Result) {
    if (status === 202) {
      store.remove(event.event_id)
      stats.delivered++
      dispatchEvent(new CustomEvent('ads-tracker:delivered', { detail: { eventId: event.event_id } }))
    } else if (status === 400) {
      // a clock that is days wrong: the server's is better than none
      if (event.timestamp && errors?.every(({ field }) => field === 'timestamp'))
        store.add({ ...event, timestamp: undefined })
      else drop(code ?? 'rejected', event.event_id)
    }
  }

  /** The next batch: what this page is not sending already. */
  function waiting(): StoredEvent[] {
    return store
      .ids()
      .filter((id) => !sending.has(id))
      .flatMap((id) => {
        if (Date.now() - timeOf(id) > maxAgeMs) return drop('expired', id)
        return store.read(id) ?? drop('malformed', id)
      })
      .slice(0, batchSize)
  }

  // No time to wait for another tab, and nobody may hear the answer: then a later page sends it again under the same id.
  function leave() {
    attempt(() => {
      if ('keepalive' in Request.prototype) return void send().catch(() => {})
      const events = waiting()
      if (events.length) navigator.sendBeacon(url, bodyOf(events))
    })
  }

  function drop(reason: string, id?: string): [] {
    if (id) store.remove(id)
    stats.dropped[reason] = (stats.dropped[reason] ?? 0) + 1
    return []
  }
}

export type Delivery = ReturnType<typeof createDelivery>

// of a UUIDv7; not a number for what is none
const timeOf = (id: string) => parseInt(id.slice(0, 8) + id.slice(9, 13), 16)
const bodyOf = (events: StoredEvent[]) => JSON.stringify({ events })

function fail(): never {
  throw new Error('not acknowledged')
}
