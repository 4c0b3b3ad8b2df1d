import type { Page } from 'playwright-core'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { type BrokenNetwork, breakableNetwork } from './support/broken-network.ts'
import { openBrowser, openPage, watchErrors } from './support/browser.ts'
import { pageWith, servePage } from './support/page-server.ts'
import { client, expectNumbers, newAd, origin } from './support/system.ts'

interface SentEvent {
  type: string
  event_id: string
  ad_id: number
  playback_time: number
  timestamp?: string
}

let network: BrokenNetwork
let adId: number

beforeEach(async () => {
  network = await breakableNetwork(origin)
  adId = await newAd()
})

const sent = () =>
  network.passed
    .filter(({ url }) => url === '/ads/events')
    .flatMap(({ body }) => (JSON.parse(body) as { events: SentEvent[] }).events)
const stored = (page: Page) =>
  page.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith('ads-tracker:')).length)

/** A page of another origin; what it loads from the API, and sends there, goes through `network`. */
function page(options: Partial<Parameters<typeof pageWith>[0]> = {}, more: Record<string, string> = {}) {
  return servePage({ '/': pageWith({ adId, script: `${network.url}/tracker.js`, ...options }), ...more })
}

/** The same with a script that is there while the network is down. */
async function pageWithOwnScript() {
  const script = await (await fetch(`${origin}/tracker.js`)).text()
  return page({ script: '/tracker.js', attributes: `data-base-url="${network.url}"` }, { '/tracker.js': script })
}

describe('an impression', () => {
  it('is counted when a frame is shown with half of the video on the screen, once', async () => {
    const { page: tab, errors } = await openPage({ viewport: { width: 800, height: 600 } })
    await tab.goto(await page({ above: 1000 }))
    await tab.waitForFunction(() => document.querySelector('video')!.currentTime > 0.3)
    await tab.evaluate(() => scrollTo(0, 500)) // 100 of 270 pixels
    await tab.waitForTimeout(300)
    expect(sent()).toEqual([])
    await tab.evaluate(() => scrollTo(0, 700))
    await expectNumbers(adId, { clicks: 0, impressions: 1 })
    await tab.evaluate(() => scrollTo(0, 0))
    await tab.evaluate(() => scrollTo(0, 700))
    await tab.waitForTimeout(300)
    expect(sent()).toHaveLength(1)
    expect(errors).toEqual([])
  })

  it('is counted for a video that comes later', async () => {
    const { page: tab } = await openPage()
    await tab.goto(await page())
    const later = await newAd()
    await tab.evaluate((id) => {
      const video = document.querySelector('video')!.cloneNode() as HTMLVideoElement
      video.dataset.adId = String(id)
      document.body.prepend(video)
    }, later)
    await expectNumbers(later, { clicks: 0, impressions: 1 })
  })

  it('is not counted without a frame', async () => {
    const { page: tab } = await openPage()
    await tab.route('**/clip.mp4', (route) => route.abort())
    await tab.goto(await page())
    await tab.waitForTimeout(500)
    expect(sent()).toEqual([])
  })
})

describe('a click', () => {
  it('has the position of the video, and needs no preflight', async () => {
    const { page: tab, errors } = await openPage()
    await tab.goto(await page())
    await tab.waitForFunction(() => document.querySelector('video')!.currentTime > 0.5)
    const position = await tab.evaluate(() => {
      const video = document.querySelector('video')!
      video.pause()
      return video.currentTime
    })
    await tab.locator('video').click()
    await expectNumbers(adId, { clicks: 1, impressions: 1 })
    expect(sent().find(({ type }) => type === 'click')).toMatchObject({
      ad_id: adId,
      playback_time: Math.round(1000 * position) / 1000,
      timestamp: expect.stringMatching(/Z$/),
    })
    expect(network.passed.map(({ method }) => method)).not.toContain('OPTIONS')
    expect(errors).toEqual([])
  })

  it('while the network is down, then a reload, then the network is back: counted exactly once', async () => {
    const { page: tab } = await openPage()
    await tab.goto(await pageWithOwnScript())
    await expectNumbers(adId, { clicks: 0, impressions: 1 })
    network.setDown(true)
    await tab.locator('video').click()
    await vi.waitFor(async () => expect(await stored(tab)).toBe(1), 10_000)
    await tab.reload()
    await vi.waitFor(async () => expect(await stored(tab)).toBe(2), 10_000) // and the impression of the second view
    network.setDown(false)
    await expectNumbers(adId, { clicks: 1, impressions: 2 })
    await vi.waitFor(async () => expect(await stored(tab)).toBe(0), 5000)
  })

  it('whose answers are lost is sent again under its id, and counted once', async () => {
    const { page: tab } = await openPage()
    await tab.goto(await page())
    await expectNumbers(adId, { clicks: 0, impressions: 1 })
    const first = network.passed.length + 1
    network.loseAnswers((count) => count < first + 2)
    await tab.locator('video').click()
    await vi.waitFor(async () => expect(await stored(tab)).toBe(0), 20_000)
    const clicks = sent().filter(({ type }) => type === 'click')
    expect(clicks.length).toBeGreaterThanOrEqual(3)
    expect(new Set(clicks.map(({ event_id }) => event_id)).size).toBe(1)
    await expectNumbers(adId, { clicks: 1, impressions: 1 })
  })

  it('right before the page is closed is counted', async () => {
    const { page: tab } = await openPage()
    await tab.goto(await page())
    await expectNumbers(adId, { clicks: 0, impressions: 1 })
    await tab.evaluate(() => document.querySelector('video')!.click())
    await tab.close()
    await expectNumbers(adId, { clicks: 1, impressions: 1 })
  })

  it('that leads to another page is counted', async () => {
    const { page: tab } = await openPage()
    await tab.goto(
      await page({ before: '<script>addEventListener("click", () => { location.href = "about:blank" })</script>' }),
    )
    await expectNumbers(adId, { clicks: 0, impressions: 1 })
    await tab.locator('video').click()
    await tab.waitForURL('about:blank')
    await expectNumbers(adId, { clicks: 1, impressions: 1 })
  })
})

describe('two tabs', () => {
  it('share what waits, send in turn, and each event is counted once', async () => {
    const browser = await openBrowser()
    const url = await pageWithOwnScript()
    const tabs = [await browser.newPage(), await browser.newPage()]
    for (const tab of tabs) {
      await tab.bringToFront()
      await tab.goto(url)
      await tab.waitForFunction(() => document.querySelector('video')!.currentTime > 0)
    }
    await expectNumbers(adId, { clicks: 0, impressions: 2 })
    network.setDown(true)
    for (const tab of [0, 0, 0, 1, 1]) await tabs[tab]!.evaluate(() => document.querySelector('video')!.click())
    await vi.waitFor(async () => expect(await stored(tabs[0]!)).toBe(5), 10_000)
    expect(await stored(tabs[1]!)).toBe(5)
    const before = network.passed.length
    network.setDown(false)
    await Promise.all(tabs.map((tab) => tab.evaluate(() => dispatchEvent(new Event('online')))))
    await expectNumbers(adId, { clicks: 5, impressions: 2 })
    const turns = network.passed.slice(before)
    turns.slice(1).forEach(({ at }, index) => expect(at).toBeGreaterThanOrEqual(turns[index]!.answeredAt))
    const ids = new Set(sent().map(({ event_id }) => event_id))
    expect(ids.size).toBe(7)
    for (const id of ids)
      expect((await client.getReceipt(id)).receipts[0]).toMatchObject({ status: 'counted', conflicts: 0 })
  })
})

describe('whatever the browser is like', () => {
  it('blocked storage loses nothing while the page is there', async () => {
    const browser = await openBrowser()
    await browser.addInitScript(() => {
      const get = () => {
        throw new DOMException('blocked', 'SecurityError')
      }
      Object.defineProperty(window, 'localStorage', { get })
    })
    const tab = await browser.newPage()
    const errors = watchErrors(tab)
    await tab.goto(await page())
    await tab.locator('video').click()
    await expectNumbers(adId, { clicks: 1, impressions: 1 })
    expect(errors).toEqual([])
  })

  it('a sandboxed frame, which may use neither storage nor locks, is tracked', async () => {
    const { page: tab, uncaught } = await openPage()
    const inner = await page()
    const outer = await servePage({
      '/': `<!doctype html><title>Outer</title><iframe sandbox="allow-scripts" width="600" height="400" src="${inner}"></iframe>`,
    })
    await tab.goto(outer)
    await tab.frameLocator('iframe').locator('video').click()
    await expectNumbers(adId, { clicks: 1, impressions: 1 })
    expect(uncaught).toEqual([])
  })

  it('an ad blocker leaves the page as it is', async () => {
    const { page: tab, uncaught } = await openPage()
    await tab.route(/tracker\.js/, (route) => route.abort('blockedbyclient'))
    await tab.goto(await page())
    await tab.getByText('intact').waitFor()
    await tab.locator('video').click()
    expect([uncaught, sent()]).toEqual([[], []])
  })

  it('an ad blocker that lets the script through and no request does not hurt either', async () => {
    const { page: tab, uncaught } = await openPage()
    await tab.route(/ads\/events/, (route) => route.abort('blockedbyclient'))
    await tab.goto(await page())
    await tab.locator('video').click()
    await vi.waitFor(async () => expect(await stored(tab)).toBe(2), 10_000)
    expect(uncaught).toEqual([])
  })

  it.each([
    ['Global Privacy Control', 'globalPrivacyControl', true],
    ['Do Not Track', 'doNotTrack', '1'],
  ])('%s is honoured when the page says so', async (_name, property, value) => {
    const browser = await openBrowser()
    await browser.addInitScript(
      ([property, value]) => Object.defineProperty(Navigator.prototype, property as string, { get: () => value }),
      [property, value],
    )
    const tab = await browser.newPage()
    await tab.goto(await page({ attributes: 'data-respect-privacy' }))
    await tab.locator('video').click()
    await tab.waitForTimeout(700)
    expect(sent()).toEqual([])
    await tab.goto(await page())
    await tab.locator('video').click()
    await expectNumbers(adId, { clicks: 1, impressions: 1 })
  })

  it('a clock that is days wrong loses no event', async () => {
    const browser = await openBrowser()
    await browser.addInitScript(() => {
      const now = Date.now
      Date.now = () => now() + 3 * 24 * 60 * 60 * 1000
    })
    const tab = await browser.newPage()
    await tab.goto(await page())
    await tab.locator('video').click()
    await expectNumbers(adId, { clicks: 1, impressions: 1 })
  })
})

describe('what cannot be delivered', () => {
  const rejectedAd = 3_000_000_000

  it('is dropped with a reason that is counted, and its neighbours arrive', async () => {
    const browser = await openBrowser()
    const old = Date.now() - 8 * 24 * 60 * 60 * 1000
    const ids = [old, Date.now() - 3, Date.now() - 2, Date.now() - 1].map((time, index) => {
      const hex = time.toString(16).padStart(12, '0')
      return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-00000000000${index}`
    })
    const entries = [
      [ids[0], { type: 'click', event_id: ids[0], ad_id: adId, days: 7, day: 'the last of seven days of waiting' }],
      [ids[1], { v: 2, kind: 'click', ad: adId }],
      [ids[2], { type: 'click', event_id: ids[2], ad_id: rejectedAd }],
      [ids[3], { type: 'click', event_id: ids[3], ad_id: adId, playback_time: 1 }],
    ]
    await browser.addInitScript(
      ([prefix, entries]) => {
        if (sessionStorage.seeded) return
        sessionStorage.seeded = 'yes'
        for (const [id, event] of entries as [string, object][])
          localStorage.setItem(`${prefix}${id}`, JSON.stringify(event))
      },
      [`ads-tracker:${network.url}:`, entries] as const,
    )
    const tab = await browser.newPage()
    await tab.goto(
      await page({
        before:
          '<script>addEventListener("DOMContentLoaded", () => { window.tracking = window.adsTracker.trackVideoAd(document.querySelector("video"), { adId: Number(document.querySelector("video").dataset.adId), baseUrl: new URL(document.querySelector("script[src]").src).origin }) })</script>',
      }),
    )
    await expectNumbers(adId, { clicks: 1, impressions: 1 })
    await vi.waitFor(async () => expect(await stored(tab)).toBe(0), 5000)
    const stats = await tab.evaluate(() => (window as unknown as { tracking: { stats: object } }).tracking.stats)
    expect(stats).toMatchObject({ dropped: { expired: 1, malformed: 1, invalid_request: 1 } })
    expect(sent().filter(({ ad_id }) => ad_id === rejectedAd)).toHaveLength(1)
  })

  it('is bounded: 50 events a request, 200 that wait, 500 a page view', async () => {
    const { page: tab } = await openPage()
    await tab.goto(await page())
    await expectNumbers(adId, { clicks: 0, impressions: 1 })
    network.setDown(true)
    await tab.evaluate(() => {
      for (let click = 0; click < 600; click++) document.querySelector('video')!.click()
    })
    expect(await stored(tab)).toBe(200)
    network.setDown(false)
    await expectNumbers(adId, { clicks: 200, impressions: 1 })
    for (const { body } of network.passed.filter(({ url }) => url === '/ads/events'))
      expect((JSON.parse(body) as { events: [] }).events.length).toBeLessThanOrEqual(50)
  })
})
