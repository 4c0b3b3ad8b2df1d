import { open } from 'node:fs/promises'

export type Outcome = 'ok' | 'fail' | 'unknown'

/** An event as a client sent it. Without `event_id` the server names it. */
export interface SentEvent {
  type: 'click' | 'impression'
  event_id?: string
  ad_id: number
  timestamp?: string
  ip?: string
  playback_time?: number
}

export interface RequestLine {
  /** Unix milliseconds. */
  at: number
  request: number
  agent: string
  send: SentEvent[]
  /** The payload is not known (a fuzzer made it), so that it cannot be compared. */
  any?: true
}

export interface AnswerLine {
  at: number
  request: number
  outcomes: Outcome[]
  /** What the server called each event, where it said so. */
  ids: (string | null)[]
}

export type Journal = Awaited<ReturnType<typeof openJournal>>

/**
 * What clients know, on disk: a line before each request and one after each answer. `append` resolves when the line is
 * safe there; lines that come while the disk is busy share the next sync.
 */
export async function openJournal(file: string) {
  const handle = await open(file, 'a')
  let waiting: { text: string; done: () => void }[] = []
  let syncing = false
  let requests = 0
  return { file, append, nextRequest: () => (requests += 1), close: () => handle.close() }

  function append(line: RequestLine | AnswerLine): Promise<void> {
    return new Promise((done) => {
      waiting.push({ text: `${JSON.stringify(line)}\n`, done })
      if (!syncing) void flush()
    })
  }

  async function flush() {
    syncing = true
    while (waiting.length > 0) {
      const batch = waiting
      waiting = []
      await handle.appendFile(batch.map(({ text }) => text).join(''))
      await handle.datasync()
      for (const { done } of batch) done()
    }
    syncing = false
  }
}
