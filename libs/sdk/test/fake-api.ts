import { vi } from 'vitest'
import { createClient, type ClientOptions } from '../src/index.ts'

export interface Seen {
  method: string
  path: string
  body: { event_id?: string; ad_id?: unknown; events?: { event_id: string; ad_id: number }[] } & Record<string, unknown>
  headers: Headers
}
type Reply = Response | Error | 'hang'
type Answer = (seen: Seen, attempt: number) => Reply | Promise<Reply>

/** A client whose server is a function; `seen` has every request that it was sent. */
export function fakeApi(answer: Answer, options: Partial<ClientOptions> = {}) {
  const seen: Seen[] = []
  const fetch = async (request: Request) => {
    const url = new URL(request.url)
    const text = await request.text()
    const one = {
      method: request.method,
      path: url.pathname + url.search,
      body: text ? (JSON.parse(text) as Seen['body']) : {},
      headers: request.headers,
    }
    seen.push(one)
    const reply = await answer(one, seen.length)
    if (reply instanceof Error) throw reply
    if (reply !== 'hang') return reply
    return new Promise<Response>((_resolve, reject) => {
      const { signal } = request
      const stop = () => reject(signal.reason as Error)
      if (signal.aborted) stop()
      else signal.addEventListener('abort', stop)
    })
  }
  const client = createClient({ baseUrl: 'http://ads.test/', fetch: fetch as typeof globalThis.fetch, ...options })
  return { client, seen }
}

export const json = (body: unknown, status = 200, headers: Record<string, string> = {}) =>
  Response.json(body, { status, headers })
export const accepted = ({ body }: Seen) => json({ message: 'Click event received', event_id: body.event_id }, 202)
export const problem = (status: number, code: string, headers: Record<string, string> = {}, more = {}) =>
  new Response(JSON.stringify({ type: `urn:ads-tracker:problem:${code}`, title: code, status, code, ...more }), {
    status,
    headers: { 'content-type': 'application/problem+json', ...headers },
  })
export const lost = () => new TypeError('fetch failed')

/** Lets the faked time pass until the call has ended. */
export async function inTime<T>(call: Promise<T>): Promise<T> {
  let ended = false
  call.catch(() => {}).finally(() => (ended = true))
  while (!ended) await vi.advanceTimersByTimeAsync(50)
  return call
}
