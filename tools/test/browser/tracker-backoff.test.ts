import { createServer, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import type { BrowserContext, Page } from 'playwright-core'
import { describe, expect, it, vi } from 'vitest'
import { openBrowser, watchErrors } from './support/browser.ts'
import { listen, pageWith, servePage } from './support/page-server.ts'
import { origin } from './support/system.ts'

interface Received {
  event_id: string
  type: string
}
type Answer = (response: ServerResponse, events: Received[], count: number) => void

const accept: Answer = (response, events) =>
  response
    .writeHead(200, { 'content-type': 'application/json' })
    .end(JSON.stringify({ results: events.map(({ event_id }) => ({ event_id, status: 202 })) }))
const refuse =
  (status: number, headers: Record<string, string> = {}, body = ''): Answer =>
  (response) =>
    response.writeHead(status, headers).end(body)
const problem = (status: number, code: string) =>
  refuse(status, { 'content-type': 'application/problem+json' }, JSON.stringify({ status, code }))
const stored = (page: Page) =>
  page.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith('ads-tracker:')).length)

/** A page with the tracker, whose API is `answer`; `requests` has the time of each request. */
async function trackedPage(browser: BrowserContext, answer: Answer, { adId = '1' } = {}) {
  const api = { answer, requests: [] as number[] }
  const server = createServer(async (request, response) => {
    // a page that is closed during a request ends it
    const body = await text(request).catch(() => undefined)
    if (body === undefined) return
    api.requests.push(Date.now())
    response.setHeader('access-control-allow-origin', '*')
    response.setHeader('access-control-expose-headers', 'retry-after')
    api.answer(response, (JSON.parse(body) as { events: Received[] }).events, api.requests.length)
  })
  const attributes = `data-base-url="${await listen(server)}"`
  const pages = await servePage({
    '/': pageWith({ adId, script: '/tracker.js', attributes }),
    '/tracker.js': await (await fetch(`${origin}/tracker.js`)).text(),
  })
  const page = await browser.newPage()
  const messages: string[] = []
  page.on('console', (message) => messages.push(message.text()))
  const errors = watchErrors(page)
  await page.goto(pages)
  return { page, api, messages, errors }
}

const html = '<html><body>Blocked by the proxy</body></html>'

describe('an answer that is not a success', () => {
  it.each<[string, Answer]>([
    ['with a Retry-After of 30 days', refuse(503, { 'retry-after': String(30 * 24 * 60 * 60) })],
    ['with a Retry-After of -5', refuse(429, { 'retry-after': '-5' })],
    ['with a Retry-After of 0', refuse(503, { 'retry-after': '0' })],
    ['with a Retry-After that is a date of 1999', refuse(503, { 'retry-after': 'Fri, 31 Dec 1999 23:59:59 GMT' })],
    ['with a Retry-After that is a date of 2999', refuse(503, { 'retry-after': 'Tue, 31 Dec 2999 23:59:59 GMT' })],
    ['with a Retry-After that means nothing', refuse(503, { 'retry-after': 'soon' })],
    ['of 404', refuse(404)],
    ['of 204', refuse(204)],
    ['that is the HTML page of a proxy, status 200', refuse(200, { 'content-type': 'text/html' }, html)],
    ['that is the HTML page of a proxy, status 400', refuse(400, { 'content-type': 'text/html' }, html)],
    ['that is the HTML page of a proxy, status 413', refuse(413, { 'content-type': 'text/html' }, html)],
    ['that is JSON of another server', refuse(400, { 'content-type': 'application/json' }, '{"code":"E42"}')],
    ['that is a problem with an unknown code', problem(400, 'new_code')],
    ['that has no results', refuse(200, { 'content-type': 'application/json' }, '{"results":[]}')],
    [
      'that refuses each event for now',
      (response, events) =>
        response.end(JSON.stringify({ results: events.map(() => ({ status: 429, code: 'rate_limited' })) })),
    ],
  ])('%s backs off and drops nothing', async (_what, answer) => {
    const browser = await openBrowser()
    const { page, api } = await trackedPage(browser, answer)
    await vi.waitFor(() => expect(api.requests.length).toBeGreaterThan(0), 10_000)
    for (let click = 0; click < 20; click++) {
      await page.locator('video').click()
      await page.evaluate(() => dispatchEvent(new Event('online')))
    }
    await page.waitForTimeout(1500)
    // the first request, and one for each second at most
    const [first = 0] = api.requests
    expect(api.requests.length).toBeLessThanOrEqual(2 + (Date.now() - first) / 1000)
    expect(await stored(page)).toBe(21)
  })

  it('is followed by all events when the next is a success', async () => {
    const browser = await openBrowser()
    const { page, api, messages } = await trackedPage(browser, refuse(502, { 'retry-after': '-5' }))
    await vi.waitFor(() => expect(api.requests.length).toBeGreaterThan(0), 10_000)
    await page.locator('video').click()
    api.answer = accept
    await vi.waitFor(async () => expect(await stored(page)).toBe(0), 10_000)
    expect(messages.filter((text) => text.startsWith('ads-tracker'))).toEqual([])
  })

  it('drops the events when it is our own problem that says that they are wrong, and the console is told once', async () => {
    const browser = await openBrowser()
    const { page, messages } = await trackedPage(browser, problem(400, 'invalid_request'))
    const warnings = () => messages.filter((text) => text.startsWith('ads-tracker'))
    await vi.waitFor(() => expect(warnings()).toHaveLength(1), 10_000)
    await page.locator('video').click()
    await vi.waitFor(async () => expect(await stored(page)).toBe(0), 10_000)
    expect(warnings()).toEqual(['ads-tracker: events are dropped: invalid_request'])
  })
})

describe('a clock that jumps', () => {
  it.each([30, -30])('by %i days during an outage and a reload expires nothing', async (days) => {
    const browser = await openBrowser()
    const { page, api } = await trackedPage(browser, refuse(503))
    await page.locator('video').click()
    await vi.waitFor(async () => expect(await stored(page)).toBe(2), 10_000)
    await browser.addInitScript((days) => {
      const now = Date.now.bind(Date)
      Date.now = () => now() + days * 24 * 60 * 60 * 1000
    }, days)
    await page.reload()
    await vi.waitFor(async () => expect(await stored(page)).toBe(3), 10_000)
    const accepted = new Set<string>()
    api.answer = (response, events, count) => {
      for (const { event_id } of events) accepted.add(event_id)
      accept(response, events, count)
    }
    await vi.waitFor(async () => expect(await stored(page)).toBe(0), 15_000)
    expect(accepted.size).toBe(3)
  })
})

describe('a data-ad-id that is wrong', () => {
  it.each(['summer', '-1', '1.5', ''])('(%j) is told in the console once, and breaks nothing', async (adId) => {
    const browser = await openBrowser()
    const { page, api, messages, errors } = await trackedPage(browser, accept, { adId })
    await page.evaluate(() => document.body.append(document.querySelector('video')!.cloneNode()))
    await page.locator('video').first().click()
    await page.waitForTimeout(200)
    expect(messages.filter((text) => text.startsWith('ads-tracker'))).toEqual([
      expect.stringContaining('data-ad-id or adId must be an integer'),
    ])
    expect([errors, api.requests]).toEqual([[], []])
  })
})
