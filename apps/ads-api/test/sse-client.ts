import { type IncomingHttpHeaders, request } from 'node:http'
import { onTestFinished } from 'vitest'

export interface Message {
  id: string
  type: 'snapshot' | 'changes'
  as_of: string
  complete_through: string | null
  ingest_lag_ms: number | null
  rows: { ad_id: number; clicks: number }[]
  /** Milliseconds on a steady clock when it came. */
  at: number
}

export interface Stream {
  status: number
  headers: IncomingHttpHeaders
  messages: Message[]
  /** All of the text, with comments. */
  text(): string
  ended: Promise<void>
  close(): void
  /** Resolves with the first message that fits, those that came already among them. */
  message(fits: (message: Message) => boolean): Promise<Message>
}

/** Opens a stream of events, which the test closes when it ends. */
export function openStream(url: string, headers: Record<string, string> = {}): Promise<Stream> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { headers, agent: false })
    onTestFinished(() => void outgoing.destroy())
    outgoing.once('error', reject).once('response', (incoming) => {
      const messages: Message[] = []
      const waiting = new Set<() => void>()
      let all = ''
      let read = 0
      incoming.setEncoding('utf8').on('data', (chunk: string) => {
        all += chunk
        for (let end = all.indexOf('\n\n', read); end >= 0; end = all.indexOf('\n\n', read)) {
          const { id, data } = fieldsOf(all.slice(read, end))
          read = end + 2
          if (data) messages.push({ id: id ?? '', ...JSON.parse(data), at: performance.now() })
        }
        for (const look of waiting) look()
      })
      const ended = new Promise<void>((done) => incoming.once('close', done).on('error', () => {}))
      const message = (fits: (message: Message) => boolean) =>
        new Promise<Message>((found, failed) => {
          const look = () => {
            const hit = messages.find(fits)
            if (hit) found(hit)
          }
          waiting.add(look)
          look()
          void ended.then(() => failed(new Error(`the stream ended without it:\n${all}`)))
        })
      resolve({
        status: incoming.statusCode ?? 0,
        headers: incoming.headers,
        messages,
        text: () => all,
        ended,
        close: () => outgoing.destroy(),
        message,
      })
    })
    outgoing.end()
  })
}

function fieldsOf(event: string): Record<string, string | undefined> {
  return Object.fromEntries(event.split('\n').map((line) => /^(\w*):? ?(.*)$/.exec(line)?.slice(1) ?? []))
}
