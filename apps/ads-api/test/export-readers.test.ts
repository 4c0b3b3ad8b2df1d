import { get } from 'node:http'
import { expect, it, onTestFinished } from 'vitest'
import type { ExportedEvent } from '@ads-tracker/data'
import { fakeApp, time } from './fake-app.ts'

const day = '2026-03-04'

it.each(['csv', 'parquet'])(
  'reads no more pages of %s than its client takes',
  async (format) => {
    let pages = 0
    const app = await fakeApp({
      exports: {
        readDay: async () => ({ counted: 0, firstDay: null, asOf: time, completeThrough: null }),
        readPage: async ({ limit }) => {
          pages += 1
          return Array.from({ length: limit }, (_, n) => event(n))
        },
      },
    })
    onTestFinished(() => app.close())
    const url = await app.listen({ host: '127.0.0.1', port: 0 })
    const headers = { authorization: 'Bearer reader' }
    const response = await new Promise<NodeJS.ReadableStream & { destroy(): void }>((resolve) =>
      get(`${url}/ads/exports/clicks/${day}.${format}`, { headers }, resolve),
    )
    // what is under way between two processes has its bounds, and then nothing moves
    let before = -1
    while (before !== pages) {
      before = pages
      await new Promise((resolve) => setTimeout(resolve, 1000))
    }
    let received = 0
    response.on('data', (chunk: Buffer) => void (received += chunk.length))
    await expect.poll(() => pages).toBeGreaterThan(before)
    expect(received).toBeGreaterThan(0)
    response.destroy()
    const metrics = async () => (await fetch(`${url}/metrics`)).text()
    await expect.poll(metrics).toMatch(/^ads_exports_running 0$/m)
    expect(await metrics()).toContain(`ads_exports_ended_total{format="${format}",reason="client"} 1`)
  },
  30_000,
)

function event(n: number): ExportedEvent {
  return {
    event_id: `00000000-0000-7000-8000-${n.toString(16).padStart(12, '0')}`,
    ad_id: 1,
    occurred_at: new Date(`${day}T01:00:00Z`),
    received_at: time,
    ip: '192.0.2.0',
    user_agent: `Test/${Math.random()}`,
    playback_time: Math.random(),
  }
}
