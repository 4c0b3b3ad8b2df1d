import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createClient, isAdsTrackerError, type LiveAnalytics } from '../src/index.ts'
import { type ServerSentEvent, serverSentEvents } from '../src/server-sent-events.ts'

const row = (ad_id: number, clicks: number) => ({ ad_id, clicks, ctr: 0, impressions: 0 })
const message = (id: number, type: 'snapshot' | 'changes', ...rows: object[]) => {
  const data = { type, as_of: '2026-03-04T05:06:07.890Z', complete_through: null, ingest_lag_ms: null, rows }
  return `id: ${id}\ndata: ${JSON.stringify(data)}\n\n`
}

describe('live()', () => {
  it('has all rows as they are, and those that moved', async () => {
    const { client } = await serve((_request, response) => {
      response.write(message(1, 'snapshot', row(1, 1), row(2, 2)) + ':\n\n')
      response.write(message(2, 'changes', row(2, 3)))
    })
    const [first, second] = await take(client.live(), 2)
    expect(first).toEqual({ rows: [row(1, 1), row(2, 2)], changed: [row(1, 1), row(2, 2)], asOf: expect.any(Date) })
    expect(second).toMatchObject({ rows: [row(1, 1), row(2, 3)], changed: [row(2, 3)] })
  })

  it('comes back after the connection was lost or the server stopped, and goes on where it was', async () => {
    const asked: (string | undefined)[] = []
    const { client } = await serve(({ headers }, response) => {
      asked.push(headers['last-event-id'] as string | undefined)
      const attempt = asked.length
      if (attempt === 1) return void response.end(`${message(7, 'snapshot', row(1, 1), row(2, 2))}retry: 20\n\n`)
      if (attempt === 2) return void response.writeHead(503, { 'retry-after': '0' }).end()
      response.write(message(8, 'changes', row(1, attempt)))
      if (attempt === 3) setTimeout(() => response.destroy(), 50)
    })
    const all = await take(client.live(), 3)
    expect(asked).toEqual([undefined, '7', '7', '8'])
    expect(all.map(({ rows }) => rows)).toEqual([
      [row(1, 1), row(2, 2)],
      [row(1, 3), row(2, 2)],
      [row(1, 4), row(2, 2)],
    ])
  })

  it('gives up when coming back cannot help', async () => {
    const { client } = await serve((_request, response) => void response.writeHead(401).end('{"code":"unauthorized"}'))
    const error = await take(client.live(), 1).catch((error: unknown) => error)
    expect(isAdsTrackerError(error, 'unauthorized')).toBe(true)
  })

  it('closes the connection when the loop is left, and rejects with the reason of its signal', async () => {
    let closed = 0
    const { client } = await serve((_request, response) => {
      response.write(message(1, 'snapshot'))
      response.once('close', () => (closed += 1))
    })
    await take(client.live(), 1)
    await expect.poll(() => closed).toBe(1)
    const leaving = new AbortController()
    const waiting = take(client.live({ signal: leaving.signal }), 2)
    setTimeout(() => leaving.abort(new Error('enough')), 100)
    await expect(waiting).rejects.toThrow('enough')
    await expect.poll(() => closed).toBe(2)
  })

  it('reads events however their text is cut', async () => {
    const text = `:\n\nid: 5\r\ndata: {"a":"–"}\r\n\r\nretry: 10\n\n${message(6, 'changes')}`
    const whole = await eventsOf([text])
    expect(whole).toEqual([
      { id: '5', data: '{"a":"–"}' },
      { retry: 10 },
      { id: '6', data: expect.stringContaining('changes') },
    ])
    for (let cut = 1; cut < text.length; cut += 1)
      expect(await eventsOf([text.slice(0, cut), text.slice(cut)])).toEqual(whole)
  })
})

describe('exportEvents()', () => {
  const query = { type: 'clicks', day: '2026-07-07', format: 'csv' } as const
  const read = async (file: AsyncIterable<Uint8Array> | undefined) => {
    const parts: Uint8Array[] = []
    for await (const part of file ?? []) parts.push(part)
    return Buffer.concat(parts).toString()
  }

  it('gives the bytes as they come, and what is known of them', async () => {
    const { client } = await serve(({ url, headers }, response) => {
      expect([url, headers.authorization]).toEqual(['/ads/exports/clicks/2026-07-07.csv', 'Bearer secret'])
      response.writeHead(200, { etag: '"1"', 'x-settled': 'true', 'x-complete-through': '2026-07-10T00:00:00.000Z' })
      response.write('event_id\r\n')
      setTimeout(() => response.end('1\r\n'), 50)
    })
    const file = await client.exportEvents(query)
    expect(file).toMatchObject({ isSettled: true, etag: '"1"', completeThrough: new Date('2026-07-10') })
    expect(await read(file)).toBe('event_id\r\n1\r\n')
  })

  it('is undefined while the file is the one of the ETag', async () => {
    const { client } = await serve(({ headers }, response) => {
      response.writeHead(headers['if-none-match'] === '"1"' ? 304 : 200).end()
    })
    expect(await client.exportEvents(query, { etag: '"1"' })).toBeUndefined()
  })

  it('rejects when the file breaks off before its end', async () => {
    const { client } = await serve((_request, response) => {
      response.write('event_id\r\n')
      setTimeout(() => response.destroy(), 50)
    })
    const error = await read(await client.exportEvents(query)).catch((error: unknown) => error)
    expect(isAdsTrackerError(error, 'connection_lost')).toBe(true)
  })

  it('refuses what there is no file of, before anything is sent', async () => {
    const { client } = await serve(() => expect.unreachable())
    const error = await client.exportEvents({ ...query, format: 'xlsx' as 'csv' }).catch((error: unknown) => error)
    expect(error).toMatchObject({ code: 'invalid_request', errors: [{ field: 'format' }] })
  })
})

async function serve(answer: (request: IncomingMessage, response: ServerResponse) => void) {
  const server = createServer(answer)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close().closeAllConnections())
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return { client: createClient({ baseUrl, apiKey: 'secret', retries: 0 }) }
}

async function take(source: AsyncIterable<LiveAnalytics>, count: number): Promise<LiveAnalytics[]> {
  const taken: LiveAnalytics[] = []
  for await (const one of source) if (taken.push(one) === count) break
  return taken
}

async function eventsOf(parts: string[]) {
  async function* texts() {
    yield* parts
  }
  const events: ServerSentEvent[] = []
  for await (const event of serverSentEvents(texts())) events.push(event)
  return events
}
