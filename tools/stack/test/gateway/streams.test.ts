import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { buildApp } from '../../src/gateway/app.ts'
import { configOf } from './support.ts'

const path = '/ads/analytics/live'

test('passes a stream on part by part, also when nothing comes for longer than a connection may be silent', async () => {
  const { gateway, streams } = await start()
  const read = await open(gateway)
  expect(await read()).toBe('data: 0\n\n')
  streams[0]!.write('data: 1\n\n')
  expect(await read()).toBe('data: 1\n\n')
  // the gateway ends other connections after 10 s of silence
  await new Promise((resolve) => setTimeout(resolve, 15_000))
  streams[0]!.write(':\n\n')
  expect(await read()).toBe(':\n\n')
}, 30_000)

test('serves other requests although more streams are open than it has connections for those', async () => {
  const { gateway, streams } = await start()
  const reads = await Promise.all(Array.from({ length: 300 }, () => open(gateway)))
  expect(await Promise.all(reads.map((read) => read()))).toEqual(Array(300).fill('data: 0\n\n'))
  expect(streams).toHaveLength(300)
  expect(await (await fetch(`${gateway}/ads`)).text()).toBe('other')
})

test('ends the stream behind it when its client leaves', async () => {
  const { gateway, streams } = await start()
  const leaving = new AbortController()
  const read = await open(gateway, leaving.signal)
  await read()
  const closed = new Promise((resolve) => streams[0]!.once('close', resolve))
  leaving.abort()
  await closed
})

test('closes although a stream is open', async () => {
  const { gateway, app, streams } = await start()
  const read = await open(gateway)
  await read()
  const ended = read().catch(() => 'cut')
  await app.close()
  expect(await ended).toBe('cut')
  await expect.poll(() => streams[0]!.closed).toBe(true)
})

async function start() {
  const streams: ServerResponse[] = []
  const origin = createServer((incoming, outgoing) => {
    if (incoming.url !== path) return outgoing.end('other')
    streams.push(outgoing)
    outgoing.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: 0\n\n')
  })
  await new Promise<void>((resolve) => origin.listen(0, '127.0.0.1', resolve))
  const ADS_API_URL = `http://127.0.0.1:${(origin.address() as AddressInfo).port}`
  const app = await buildApp(configOf({ ADS_API_URL }))
  const gateway = await app.listen({ host: '127.0.0.1', port: 0 })
  onTestFinished(async () => {
    await app.close()
    origin.close().closeAllConnections()
  })
  return { gateway, app, streams }
}

async function open(gateway: string, signal?: AbortSignal): Promise<() => Promise<string>> {
  const response = await fetch(gateway + path, signal ? { signal } : {})
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader()
  return async () => (await reader.read()).value ?? ''
}
