/** An event as it waits; `event_id` is its identity wherever it is sent from. */
export interface StoredEvent {
  type: 'click' | 'impression'
  event_id: string
  ad_id: number
  timestamp?: string
  playback_time?: number
  /** Not sent: the last day on which a page found it waiting, and the number of such days. */
  day?: string
  days?: number
}

/**
 * Events that wait to be acknowledged, one entry each in localStorage, so that tabs add and remove without ever
 * overwriting each other. Ids are sorted by time. Where storage is blocked or full, memory holds what fits in no other place.
 */
export function createEventStore(prefix: string) {
  const memory = new Map<string, string>()
  return { add, remove, ids, read }

  function add(event: StoredEvent) {
    const text = JSON.stringify(event)
    if (!attempt(() => (localStorage.setItem(prefix + event.event_id, text), true))) memory.set(event.event_id, text)
  }

  function remove(id: string) {
    memory.delete(id)
    attempt(() => localStorage.removeItem(prefix + id))
  }

  /** Oldest first. */
  function ids(): string[] {
    const stored = attempt(() =>
      Object.keys(localStorage)
        .filter((key) => key.startsWith(prefix))
        .map((key) => key.slice(prefix.length)),
    )
    return [...(stored ?? []), ...memory.keys()].sort()
  }

  /** Undefined for what another version of the tracker or other code has left. */
  function read(id: string): StoredEvent | undefined {
    return attempt(() => {
      const event = JSON.parse(memory.get(id) ?? localStorage.getItem(prefix + id) ?? '') as StoredEvent
      return event.event_id === id && event.ad_id > 0 ? event : undefined
    })
  }
}

/** What `work` returns, or undefined when it throws: nothing of ours may reach the page. */
export function attempt<T>(work: () => T): T | undefined {
  try {
    return work()
  } catch {
    return undefined
  }
}
