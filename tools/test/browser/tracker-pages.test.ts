import type { Page } from 'playwright-core'
import { beforeEach, describe, expect, it } from 'vitest'
import { type BrokenNetwork, breakableNetwork } from './support/broken-network.ts'
import { openPage } from './support/browser.ts'
import { servePage } from './support/page-server.ts'
import { newAd, origin } from './support/system.ts'

interface WithTracker {
  adsTracker: { trackVideoAd: (video: Element, options: object) => { stop(): void } }
}

let network: BrokenNetwork
let adId: number

beforeEach(async () => {
  network = await breakableNetwork(origin)
  adId = await newAd()
})

const sent = (type: string, ad = adId) =>
  network.passed
    .filter(({ url }) => url === '/ads/events')
    .flatMap(({ body }) => (JSON.parse(body) as { events: { type: string; ad_id: number }[] }).events)
    .filter((event) => event.type === type && event.ad_id === ad).length

const video = (attributes = `data-ad-id="${adId}"`) =>
  `<video ${attributes} src="/clip.mp4" width="480" height="270" muted autoplay loop playsinline></video>`
const script = () => `<script src="${network.url}/tracker.js"></script>`

/** Opens a page of another origin with this body, in which nothing may fail, for as long as `visit` takes. */
async function on(body: string, visit: (tab: Page) => Promise<void>): Promise<void> {
  const html = `<!doctype html><meta charset="utf-8"><title>A page</title><link rel="icon" href="data:,">${body}`
  const server = await servePage({ '/': html })
  const { page: tab, errors } = await openPage()
  await tab.goto(server)
  await visit(tab)
  expect(errors).toEqual([])
}

const impressions = (count: number, ad = adId) =>
  expect.poll(() => sent('impression', ad), { timeout: 15_000 }).toBe(count)
const clicks = (count: number, ad = adId) => expect.poll(() => sent('click', ad), { timeout: 15_000 }).toBe(count)
/** Clicks on the video at the end: what is sent before it has arrived with it, so that a click too many would be seen. */
async function onlyThese(tab: Page, count: number) {
  await tab.waitForTimeout(600)
  await tab.evaluate(() => document.querySelector('video')?.click())
  await clicks(count + 1)
}

describe('one showing is one impression', () => {
  it('with the script on the page twice, and a click is one click', () =>
    on(video() + script() + script(), async (tab) => {
      await impressions(1)
      await tab.locator('video').click()
      await clicks(1)
      await onlyThese(tab, 1)
      expect(sent('impression')).toBe(1)
    }))

  it('when a framework mounts twice, or tracks a video again', () =>
    on(video('') + script(), async (tab) => {
      await tab.evaluate(
        ([ad, baseUrl]) => {
          const { adsTracker } = window as unknown as WithTracker
          const track = () => adsTracker.trackVideoAd(document.querySelector('video')!, { adId: ad, baseUrl })
          track().stop()
          track()
        },
        [adId, network.url] as const,
      )
      await impressions(1)
      await tab.evaluate(
        ([ad, baseUrl]) => {
          const { adsTracker } = window as unknown as WithTracker
          adsTracker.trackVideoAd(document.querySelector('video')!, { adId: ad, baseUrl })
        },
        [adId, network.url] as const,
      )
      await tab.locator('video').click()
      await clicks(1)
      await onlyThese(tab, 1)
      expect(sent('impression')).toBe(1)
    }))

  it('and another for the next ad of the same video, to which its clicks go then', async () => {
    const next = await newAd()
    await on(video() + script(), async (tab) => {
      await impressions(1)
      await tab.evaluate((ad) => {
        const element = document.querySelector('video')!
        element.dataset.adId = String(ad)
        element.src = '/clip.mp4?next'
      }, next)
      await impressions(1, next)
      await tab.locator('video').click()
      await clicks(1, next)
      expect([sent('impression'), sent('click')]).toEqual([1, 0])
    })
  })

  it('where data-ad-id is set later', () =>
    on(video('') + script(), async (tab) => {
      await tab.waitForTimeout(300)
      expect(sent('impression')).toBe(0)
      await tab.evaluate((ad) => (document.querySelector('video')!.dataset.adId = String(ad)), adId)
      await impressions(1)
    }))

  it('in an open shadow root, which may come later', () =>
    on(`<div id="host"></div>${script()}`, async (tab) => {
      await tab.evaluate((html) => {
        const root = document.querySelector('#host')!.attachShadow({ mode: 'open' })
        root.innerHTML = html
      }, video())
      await impressions(1)
      await tab.locator('video').click()
      await clicks(1)
    }))
})

describe('a click', () => {
  it('on a link around the video is one click, by mouse, middle button and keyboard', () =>
    on(`<a id="link" href="#there">${video()}</a>${script()}`, async (tab) => {
      await impressions(1)
      await tab.locator('video').click()
      await clicks(1)
      await tab.locator('video').click({ button: 'middle' })
      await clicks(2)
      await tab.bringToFront()
      await tab.locator('#link').press('Enter')
      await clicks(3)
      await onlyThese(tab, 3)
    }))

  it('on a link over the video is one click, and one on a link beside it is none', () =>
    on(
      `<div style="position:relative;width:480px">${video()}
        <a id="over" href="#there" style="position:absolute;inset:0 0 4px 0"></a></div>
        <a id="beside" href="#elsewhere">elsewhere</a>${script()}`,
      async (tab) => {
        await impressions(1)
        await tab.locator('#over').click()
        await clicks(1)
        await tab.locator('#beside').click()
        await onlyThese(tab, 1)
      },
    ))

  it('is one for a double click, and for a page that answers it by a click of its own', () =>
    on(
      `${video()}${script()}<script>
        const element = document.querySelector('video')
        element.addEventListener('click', (event) => event.isTrusted && element.click())
      </script>`,
      async (tab) => {
        await impressions(1)
        await tab.locator('video').dblclick()
        await clicks(1)
        await onlyThese(tab, 1)
      },
    ))
})
