import { expect, onTestFinished, test } from 'vitest'
import { authorized, get, newAd, origin, post, statsOf, type AdStats, type Problem } from './support/client.ts'

test('a click shows in the stream of live numbers, which no proxy holds back', async () => {
  const ad_id = await newAd()
  const next = await liveMessages()
  expect((await next()).type).toBe('snapshot')
  await post('/ads/click', { ad_id })
  for (;;) {
    const { rows } = await next()
    const row = rows.find((row) => row.ad_id === ad_id)
    if (row?.clicks === 1) return
  }
})

// Proxies and servers end connections that are silent: a stream has its comments.
test('the stream stays open for a minute', async () => {
  const next = await liveMessages()
  const end = performance.now() + 60_000
  while (performance.now() < end) await next()
}, 90_000)

test('a parameter that the stream does not know is a 400 that names it', async () => {
  const { status, body } = await get<Problem>('/ads/analytics/live?minutes=5')
  expect(status).toBe(400)
  expect(body.errors?.map(({ field }) => field)).toEqual(['minutes'])
})

test('the export of today has a click once it is counted, for keys alone', async () => {
  const ad_id = await newAd()
  const event_id = crypto.randomUUID()
  const timestamp = new Date().toISOString()
  await post('/ads/click', { ad_id, event_id, timestamp })
  await expect.poll(() => statsOf(ad_id)).toMatchObject({ clicks: 1 })
  const path = `/ads/exports/clicks/${timestamp.slice(0, 10)}.csv`
  const { status, headers, body } = await get<string>(path, authorized())
  expect([status, headers.get('x-settled'), headers.get('etag')]).toEqual([200, 'false', null])
  expect(body).toContain(`\r\n${event_id},${ad_id},${timestamp},`)
  expect((await get(path)).status).toBe(401)
})

async function liveMessages(): Promise<() => Promise<{ type: string; rows: AdStats[] }>> {
  const leaving = new AbortController()
  onTestFinished(() => leaving.abort())
  const response = await fetch(`${origin}/ads/analytics/live`, { signal: leaving.signal })
  expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/event-stream'])
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  return async function next() {
    for (;;) {
      const end = text.indexOf('\n\n')
      if (end < 0) {
        const { done, value } = await reader.read()
        if (done) throw new Error('the stream ended')
        text += value
        continue
      }
      const data = /^data: (.*)$/m.exec(text.slice(0, end))?.[1]
      text = text.slice(end + 2)
      if (data) return JSON.parse(data) as { type: string; rows: AdStats[] }
    }
  }
}
