import { uuidv7 } from '../uuidv7.ts'
import { attempt, createEventStore, type StoredEvent } from './event-store.ts'
import { warn } from './warn.ts'

/** What became of the events of this page view, and of those it found waiting. */
export interface Stats {
  delivered: number
  /** Dropped events, by reason: `expired`, `malformed`, `overflow`, `limit`, or the code of a rejection. */
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
const maxDays = 7
const timeoutMs = 10_000
// after an answer that is not a success
const shortestWaitMs = 1000
const longestWaitMs = 60_000
const longestRetryAfterMs = 600_000
// Of our problems, those that say that the events themselves are wrong. Whatever else is answered, they are sent again.
const finalCodes = ['invalid_request', 'malformed_json', 'payload_too_large']

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
  // times of performance.now(): the clock of the system may jump
  let wakeAt = Infinity
  let notBefore = 0

  addEventListener('online', () => wake(0))
  addEventListener('pagehide', leave)
  // in a back-off only the end of the page sends
  addEventListener('visibilitychange', () => document.visibilityState === 'hidden' && !failures && leave())
  countDays()
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
    const now = performance.now()
    const at = Math.max(now + ms, notBefore)
    if (at >= wakeAt) return
    clearTimeout(timer)
    wakeAt = at
    timer = setTimeout(() => {
      wakeAt = Infinity
      void deliver(sendInTurn)
    }, at - now)
  }

  /** `way` resolves with undefined for success, else with the wait in milliseconds that the answer asks for. */
  async function deliver(way: () => Promise<number | undefined>) {
    const asked = await way().catch(() => 0)
    if (asked === undefined) {
      failures = notBefore = 0
      if (store.ids().length) wake(50)
      return
    }
    const longest = Math.min(longestWaitMs, shortestWaitMs * 2 ** ++failures)
    // what the server asks for holds also when the network comes back; a failure without an answer ends then
    notBefore = performance.now() + Math.max(shortestWaitMs, Math.min(asked, longestRetryAfterMs) || 0)
    clearTimeout(timer)
    wakeAt = Infinity
    wake(notBefore - performance.now() + (Math.random() * longest) / 2 + (asked > 0 ? 0 : longest / 2 - shortestWaitMs))
  }

  // Two tabs that send the same events do no harm, their ids are the same; it is only in vain. In turn it is rare: a tab
  // in another process may read an entry of localStorage for some milliseconds after it was removed.
  async function sendInTurn() {
    let release = () => {}
    const turn = new Promise<void>((resolve) => {
      const granted = () => (resolve(), new Promise<void>((done) => (release = done)))
      // absent on plain http, and a sandboxed frame may not use them
      Promise.resolve(navigator.locks?.request(lock, granted) ?? resolve()).catch(() => resolve())
    })
    await turn
    return send().finally(release)
  }

  /** As `deliver` needs it; rejects when there was no answer that can be read. */
  async function send(events = waiting()): Promise<number | undefined> {
    if (!events.length) return undefined
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

  async function settle(events: StoredEvent[], response: Response): Promise<number | undefined> {
    const { status, headers } = response
    const { code, results = [] } = (await response.json().catch(() => ({}))) as { code?: string; results?: Result[] }
    const isOurs = /^application\/problem\+json/.test(headers.get('content-type') ?? '')
    if (status === 200 && results.length) {
      events.forEach((event, index) => finish(event, results[index]!))
      if (results.every(({ status, code }) => status === 202 || isFinal(code))) return undefined
    } else if (isOurs && isFinal(code)) {
      for (const { event_id } of events) drop(code!, event_id)
      return undefined
    }
    // seconds or a date (RFC 9110, section 10.2.3)
    const after = headers.get('retry-after') ?? ''
    return Number(after) * 1000 || Date.parse(after) - Date.now() || 0
  }

  function finish(event: StoredEvent, { status, code, errors }: Result) {
    if (status === 202) {
      store.remove(event.event_id)
      stats.delivered++
      dispatchEvent(new CustomEvent('ads-tracker:delivered', { detail: { eventId: event.event_id } }))
    } else if (isFinal(code)) {
      // a clock that is days wrong: the server's is better than none
      if (event.timestamp && errors?.every(({ field }) => field === 'timestamp'))
        store.add({ ...event, timestamp: undefined })
      else drop(code!, event.event_id)
    }
  }

  // An event expires by the number of days on which a page found it waiting, so that a clock that jumps is one day.
  function countDays() {
    const day = new Date().toDateString()
    for (const id of store.ids()) {
      const event = store.read(id)
      if (!event || event.day === day) continue
      const days = 1 + (event.days ?? 0)
      if (days > maxDays) drop('expired', id)
      else store.add({ ...event, day, days })
    }
  }

  /** The next batch: what this page is not sending already. */
  function waiting(): StoredEvent[] {
    return store
      .ids()
      .filter((id) => !sending.has(id))
      .flatMap((id) => store.read(id) ?? drop('malformed', id))
      .slice(0, batchSize)
  }

  // No time to wait for another tab, and nobody may hear the answer: then a later page sends it again under the same id.
  function leave() {
    attempt(() => {
      if ('keepalive' in Request.prototype) return void deliver(() => send())
      const events = waiting()
      if (events.length) navigator.sendBeacon(url, bodyOf(events))
    })
  }

  function drop(reason: string, id?: string): [] {
    if (id) store.remove(id)
    stats.dropped[reason] = (stats.dropped[reason] ?? 0) + 1
    warn(`events are dropped: ${reason}`)
    return []
  }
}

export type Delivery = ReturnType<typeof createDelivery>

const isFinal = (code?: string) => finalCodes.includes(code!)
const bodyOf = (events: StoredEvent[]) =>
  JSON.stringify({ events: events.map((event) => ({ ...event, day: undefined, days: undefined })) })
