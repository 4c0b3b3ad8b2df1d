import type { ServerResponse } from 'node:http'
import { setImmediate as yieldToOthers } from 'node:timers/promises'
import type { Snapshot } from './snapshot.ts'
import { createLiveMessages } from './live-messages.ts'

/** Why a stream ended: the client left, it read too slowly, its key was revoked, or the process is stopping. */
export type StreamEnd = 'client' | 'slow' | 'revoked' | 'shutdown'

export interface LiveOptions {
  readSnapshot: () => Snapshot | Promise<Snapshot>
  /** Milliseconds between two messages. */
  periodMs?: number
  /** Milliseconds after which a message about the freshness is sent although no number changed. */
  quietMs?: number
  /** Milliseconds between two comments. They are sent also while the database is down. */
  commentMs?: number
  /** Bytes that may be buffered for a reader in addition to its largest message; a slower reader is disconnected. */
  maxWaitingBytes?: number
  /** Called with the number of messages that were written, one for each reader. */
  onMessages?: (count: number) => void
  onEnd?: (reason: StreamEnd) => void
}

export interface Live {
  /**
   * Rejects while there are no numbers to send.
   * @throws Problem unavailable or overloaded
   */
  ready(): Promise<void>
  /** Writes messages to `raw`, whose headers were sent, until it closes. */
  add(raw: ServerResponse, lastEventId: string | null): void
  /** Ends one stream. */
  drop(raw: ServerResponse, reason: StreamEnd): void
  /** Ends every stream with a reconnection time. Resolves when all are closed. */
  close(): Promise<void>
}

interface Reader {
  raw: ServerResponse
  lastEventId: string | null
  isNew: boolean
  /** Bytes of its largest message. */
  largest: number
  end: StreamEnd
}

const comment = Buffer.from(':\n\n')
// Writes between two turns of the event loop, so that other requests need not wait for thousands of writes.
const writesPerTurn = 50
const flushMs = 1000

/** Each message costs one query and one serialization for any number of readers; without readers there is none. */
export function createLive({
  readSnapshot,
  periodMs = 500,
  quietMs = 5000,
  commentMs = 15_000,
  maxWaitingBytes = 1024 * 1024,
  onMessages = () => {},
  onEnd = () => {},
}: LiveOptions): Live {
  const readers = new Map<ServerResponse, Reader>()
  const messages = createLiveMessages()
  let isRunning = false
  let isClosing = false
  let failure: unknown
  let sentAt = -Infinity
  let next: NodeJS.Timeout | undefined
  const commenting = setInterval(() => void writeAll([...readers.values()], () => comment), commentMs).unref()
  return { ready, add, drop, close }

  async function ready(): Promise<void> {
    if (!isRunning) await readSnapshot()
    else if (failure !== undefined) throw failure
  }

  function add(raw: ServerResponse, lastEventId: string | null): void {
    const reader: Reader = { raw, lastEventId, isNew: true, largest: 0, end: 'client' }
    readers.set(raw, reader)
    raw.once('close', () => {
      readers.delete(raw)
      onEnd(reader.end)
    })
    // added while the other streams were being ended
    if (isClosing) end(reader)
    else if (!isRunning) void run()
  }

  async function run(): Promise<void> {
    isRunning = true
    try {
      await send(await readSnapshot())
      failure = undefined
    } catch (error) {
      failure = error
    }
    if (readers.size > 0 && !isClosing) next = setTimeout(run, periodMs)
    else isRunning = false
  }

  async function send(snapshot: Snapshot): Promise<void> {
    const changes = messages.advance(snapshot)
    const isDue = performance.now() - sentAt >= quietMs
    const message = changes ?? (isDue ? messages.freshness() : undefined)
    if (message) sentAt = performance.now()
    const those = [...readers.values()].filter(({ isNew }) => isNew || message)
    await writeAll(those, ({ isNew, lastEventId }) => (isNew ? messages.since(lastEventId) : message))
    onMessages(those.length)
  }

  async function writeAll(those: Reader[], bytesOf: (reader: Reader) => Buffer | undefined): Promise<void> {
    for (let from = 0; from < those.length; from += writesPerTurn) {
      if (from > 0) await yieldToOthers()
      for (const reader of those.slice(from, from + writesPerTurn)) write(reader, bytesOf)
    }
  }

  function write(reader: Reader, bytesOf: (reader: Reader) => Buffer | undefined): void {
    const { raw } = reader
    if (!readers.has(raw) || raw.writableEnded) return
    if (raw.writableLength > maxWaitingBytes + reader.largest) return drop(raw, 'slow')
    const bytes = bytesOf(reader)
    if (!bytes) return
    raw.write(bytes)
    reader.largest = Math.max(reader.largest, bytes.length)
    if (bytes !== comment) reader.isNew = false
  }

  function drop(raw: ServerResponse, reason: StreamEnd): void {
    const reader = readers.get(raw)
    if (reader) reader.end = reason
    // buffered messages of a slow reader would never be flushed
    if (reason === 'slow') raw.destroy()
    else raw.end()
  }

  async function close(): Promise<void> {
    isClosing = true
    clearTimeout(next)
    clearInterval(commenting)
    const open = [...readers.values()]
    for (const reader of open) end(reader)
    const timer = setTimeout(() => open.forEach(({ raw }) => raw.destroy()), flushMs)
    await Promise.all(open.map(({ raw }) => raw.closed || new Promise((resolve) => raw.once('close', resolve))))
    clearTimeout(timer)
  }

  // Spread over time, so that the clients do not all reconnect at once.
  function end(reader: Reader): void {
    reader.end = 'shutdown'
    if (!reader.raw.writableEnded) reader.raw.end(`retry: ${1000 + Math.round(Math.random() * 2000)}\n\n`)
  }
}
