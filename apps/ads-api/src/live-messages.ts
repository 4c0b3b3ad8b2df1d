import type { Snapshot } from './snapshot.ts'

/** Indexes of the rows that changed; `all` if ads were added or removed. */
type Changed = number[] | 'all'

interface LiveMessages {
  /** Advances to this snapshot: the message for readers that have all previous messages, undefined if only the time changed. */
  advance(snapshot: Snapshot): Buffer | undefined
  /** A message without rows that says how fresh the numbers are. */
  freshness(): Buffer
  /** The first message of a reader: a snapshot, or what changed since the message with this id. */
  since(lastEventId: string | null): Buffer
}

// If more rows changed, readers that reconnect get a snapshot.
const maxChangedRows = 1000

/** The messages of GET /ads/analytics/live. Each is serialized once for any number of readers. */
export function createLiveMessages({ capacity = 240 } = {}): LiveMessages {
  let snapshot: Snapshot | undefined
  let steps: { position: string; changed: Changed }[] = []
  let first = new Map<string | null, Buffer>()
  return { advance, freshness: () => changesMessage(current(), []), since }

  function advance(next: Snapshot): Buffer | undefined {
    const before = snapshot
    snapshot = next
    first = new Map()
    const changed = before ? difference(before, next) : 'all'
    if (before?.position === next.position && changed.length === 0) return undefined
    const isMany = changed === 'all' || changed.length > maxChangedRows
    steps = [...steps.slice(1 - capacity), { position: String(next.position), changed: isMany ? 'all' : changed }]
    return changed === 'all' ? since(null) : changesMessage(next, changed)
  }

  function since(lastEventId: string | null): Buffer {
    const changed = changedSince(lastEventId)
    // a snapshot for ids that are not known
    const key = changed ? lastEventId : null
    const known = first.get(key)
    if (known) return known
    const made = changed ? changesMessage(current(), changed) : snapshotMessage(current())
    first.set(key, made)
    return made
  }

  /**
   * Rows that changed since this position, including those of the step to it: another process may have sent the id with numbers
   * that were not repaired yet. Undefined if that step or a later one replaced all rows, because the reader may lack an ad.
   */
  function changedSince(lastEventId: string | null): number[] | undefined {
    const start = steps.findIndex(({ position }) => position === lastEventId)
    if (start < 0) return undefined
    const places = new Set<number>()
    for (const { changed } of steps.slice(start)) {
      if (changed === 'all') return undefined
      for (const place of changed) places.add(place)
    }
    return [...places].sort((one, other) => one - other)
  }

  function current(): Snapshot {
    if (!snapshot) throw new Error('there is no snapshot yet: call advance first')
    return snapshot
  }
}

function snapshotMessage(snapshot: Snapshot): Buffer {
  return message(snapshot, 'snapshot', snapshot.texts)
}

function changesMessage(snapshot: Snapshot, places: number[]): Buffer {
  const rows = places.map((place) => snapshot.texts[place] as string)
  return message(snapshot, 'changes', rows)
}

function message({ position, asOf, completeThrough }: Snapshot, type: 'snapshot' | 'changes', rows: string[]): Buffer {
  const lag = completeThrough && Math.max(0, asOf.getTime() - completeThrough.getTime())
  const head = JSON.stringify({ type, as_of: asOf, complete_through: completeThrough, ingest_lag_ms: lag })
  return Buffer.from(`id: ${position}\ndata: ${head.slice(0, -1)},"rows":[${rows.join(',')}]}\n\n`)
}

function difference(before: Snapshot, after: Snapshot): Changed {
  if (before.payload === after.payload) return []
  if (before.rows.length !== after.rows.length) return 'all'
  const changed: number[] = []
  for (let place = 0; place < after.rows.length; place++) {
    if (before.rows[place]?.ad_id !== after.rows[place]?.ad_id) return 'all'
    if (before.texts[place] !== after.texts[place]) changed.push(place)
  }
  return changed
}
