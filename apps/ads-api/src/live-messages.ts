import type { Answer } from './answer.ts'

/** Places of the rows that moved; `all` where ads came or went. */
type Moved = number[] | 'all'

export interface LiveMessages {
  /** Goes on to this answer: the message for those who have all messages before, undefined when nothing moved but the clock. */
  moveTo(answer: Answer): Buffer | undefined
  /** Says again how fresh the numbers are, without a row. */
  freshness(): Buffer
  /** The first message of a reader: a snapshot, or what moved since the message of this id. */
  since(lastEventId: string | null): Buffer
}

// Beyond this, a snapshot for those who come back is cheaper than to remember what moved.
const rememberedRows = 1000

/** The messages of GET /ads/analytics/live. Each is serialized once for an answer, for any number of readers. */
export function createLiveMessages({ capacity = 240 } = {}): LiveMessages {
  let answer: Answer | undefined
  let steps: { position: string; moved: Moved }[] = []
  let first = new Map<string | null, Buffer>()
  return { moveTo, freshness: () => changes(current(), []), since }

  function moveTo(next: Answer): Buffer | undefined {
    const before = answer
    answer = next
    first = new Map()
    const moved = before ? difference(before, next) : 'all'
    if (before?.position === next.position && moved.length === 0) return undefined
    const isMany = moved === 'all' || moved.length > rememberedRows
    steps = [...steps.slice(1 - capacity), { position: String(next.position), moved: isMany ? 'all' : moved }]
    return moved === 'all' ? since(null) : changes(next, moved)
  }

  function since(lastEventId: string | null): Buffer {
    const moved = movedSince(lastEventId)
    // ids that a client made up get the snapshot
    const key = moved ? lastEventId : null
    const known = first.get(key)
    if (known) return known
    const made = moved ? changes(current(), moved) : snapshot(current())
    first.set(key, made)
    return made
  }

  /**
   * What moved from the first step to this position on, with the rows of that step: another process may have sent the id, with
   * numbers that were not yet repaired. Unknown when that step or a later one replaced all rows: the reader may lack an ad.
   */
  function movedSince(lastEventId: string | null): number[] | undefined {
    const start = steps.findIndex(({ position }) => position === lastEventId)
    if (start < 0) return undefined
    const places = new Set<number>()
    for (const { moved } of steps.slice(start)) {
      if (moved === 'all') return undefined
      for (const place of moved) places.add(place)
    }
    return [...places].sort((one, other) => one - other)
  }

  function current(): Answer {
    if (!answer) throw new Error('there is no answer yet: moveTo comes first')
    return answer
  }
}

function snapshot(answer: Answer): Buffer {
  return message(answer, 'snapshot', answer.texts)
}

function changes(answer: Answer, places: number[]): Buffer {
  const rows = places.map((place) => answer.texts[place] as string)
  return message(answer, 'changes', rows)
}

function message({ position, asOf, completeThrough }: Answer, type: 'snapshot' | 'changes', rows: string[]): Buffer {
  const lag = completeThrough && Math.max(0, asOf.getTime() - completeThrough.getTime())
  const head = JSON.stringify({ type, as_of: asOf, complete_through: completeThrough, ingest_lag_ms: lag })
  return Buffer.from(`id: ${position}\ndata: ${head.slice(0, -1)},"rows":[${rows.join(',')}]}\n\n`)
}

function difference(before: Answer, after: Answer): Moved {
  if (before.payload === after.payload) return []
  if (before.rows.length !== after.rows.length) return 'all'
  const moved: number[] = []
  for (let place = 0; place < after.rows.length; place++) {
    if (before.rows[place]?.ad_id !== after.rows[place]?.ad_id) return 'all'
    if (before.texts[place] !== after.texts[place]) moved.push(place)
  }
  return moved
}
