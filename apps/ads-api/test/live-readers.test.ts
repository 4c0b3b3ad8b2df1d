import { createServer, get, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Writable } from 'node:stream'
import { expect, it, onTestFinished } from 'vitest'
import { type Snapshot, toSnapshot } from '../src/snapshot.ts'
import { createLive, type LiveOptions, type StreamEnd } from '../src/live.ts'
import { analytics } from './fake-app.ts'

it('asks once and serializes once for a message, for a thousand readers', async () => {
  let asked = 0
  let clicks = 0
  const live = liveOf({ readSnapshot: () => answer(10, (clicks += 1), (asked += 1)) })
  const written: Buffer[][] = []
  for (let reader = 0; reader < 1000; reader += 1) {
    const own: Buffer[] = []
    written.push(own)
    live.add(
      responseTo((bytes) => own.push(bytes)),
      null,
    )
  }
  await expect.poll(() => written.every((own) => own.length >= 3)).toBe(true)
  const messages = new Set(written.flatMap((own) => own.slice(0, 3)))
  // the first reader came before the others, so that its first message is one of its own
  expect(messages.size).toBeLessThanOrEqual(4)
  expect(asked).toBeLessThanOrEqual(Math.max(...written.map((own) => own.length)) + 1)
})

it('asks nothing while nobody reads, and goes on with the next reader', async () => {
  let asked = 0
  const live = liveOf({ readSnapshot: () => answer(1, 1, (asked += 1)) })
  const own: Buffer[] = []
  const first = responseTo((bytes) => own.push(bytes))
  live.add(first, null)
  await expect.poll(() => own.length).toBe(1)
  first.destroy()
  await new Promise((resolve) => setTimeout(resolve, 50))
  const before = asked
  await new Promise((resolve) => setTimeout(resolve, 100))
  expect(asked).toBe(before)
  live.add(
    responseTo((bytes) => own.push(bytes)),
    null,
  )
  await expect.poll(() => own.length).toBe(2)
})

it('drops a reader that does not read, and the others go on', async () => {
  let clicks = 0
  const ends: StreamEnd[] = []
  const live = liveOf({
    readSnapshot: () => answer(2000, (clicks += 1)),
    maxWaitingBytes: 64 * 1024,
    onEnd: (reason) => ends.push(reason),
  })
  const url = await serve((raw) => live.add(raw.writeHead(200), null))
  let received = 0
  get(url, (incoming) => incoming.on('data', (chunk: Buffer) => void (received += chunk.length)))
  get(url, (incoming) => incoming.pause())
  await expect.poll(() => ends, { timeout: 20_000 }).toEqual(['slow'])
  const before = received
  await expect.poll(() => received).toBeGreaterThan(before)
  expect(ends).toEqual(['slow'])
}, 30_000)

it('tells who comes while the database does not answer, and sends the others on as soon as it does', async () => {
  const down = new Error('down')
  let failure: Error | undefined = down
  let clicks = 0
  const live = liveOf({ readSnapshot: () => (failure ? Promise.reject(failure) : answer(1, (clicks += 1))) })
  await expect(live.ready()).rejects.toBe(down)
  failure = undefined
  await live.ready()
  const own: Buffer[] = []
  live.add(
    responseTo((bytes) => own.push(bytes)),
    null,
  )
  await expect.poll(() => own.length).toBeGreaterThan(0)
  failure = down
  await expect.poll(() => live.ready().catch((error: unknown) => error)).toBe(down)
  const before = own.length
  failure = undefined
  await expect.poll(() => own.length).toBeGreaterThan(before)
})

it('closes although one of its readers does not read', async () => {
  const ends: StreamEnd[] = []
  const live = liveOf({ readSnapshot: () => answer(100_000, 1), onEnd: (reason) => ends.push(reason) })
  const url = await serve((raw) => live.add(raw.writeHead(200), null))
  await new Promise((resolve) => get(url, (incoming) => resolve(incoming.pause())))
  await live.close()
  expect(ends).toEqual(['shutdown'])
})

function liveOf(options: LiveOptions) {
  const live = createLive({ periodMs: 10, ...options })
  onTestFinished(() => live.close())
  return live
}

function answer(ads: number, clicks: number, position = clicks): Snapshot {
  const rows = Array.from({ length: ads }, (_, index) => ({ ad_id: index + 1, clicks, impressions: 0, ctr: 0 }))
  return toSnapshot(analytics({ rows, position: BigInt(position) }))
}

function responseTo(onBytes: (bytes: Buffer) => void): ServerResponse {
  const raw = new Writable({
    write(bytes: Buffer, _encoding, done) {
      onBytes(bytes)
      done()
    },
  })
  return raw as unknown as ServerResponse
}

async function serve(onResponse: (raw: ServerResponse) => void): Promise<string> {
  const server = createServer((_request, raw) => onResponse(raw))
  onTestFinished(() => void server.close().closeAllConnections())
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
