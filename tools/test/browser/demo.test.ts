import { mkdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { accessibilityOf } from './support/accessibility.ts'
import { openPage } from './support/browser.ts'
import { client, expectNumbers, numbersOf, origin } from './support/system.ts'

const pictures = fileURLToPath(new URL('../dist/pictures/', import.meta.url))
mkdirSync(pictures, { recursive: true })

describe('/demo', () => {
  it('lists the ads of the API, plays them, and follows a click into the numbers, without an error', async () => {
    const { page, errors } = await openPage()
    const strangers = requestsToOthers(page)
    const { clicks: before } = await numbersOf(1)
    await page.goto(`${origin}/demo`)
    await page.getByText('Trail running shoes').waitFor()
    const boxOf = (selector: string) => page.locator(selector).first().boundingBox()
    expect(await boxOf('.ad video')).toEqual(await boxOf('.ad .clip'))
    const { rows } = await client.getAnalytics()
    expect(await page.locator('.ad').count()).toBe(Math.min(12, rows.length))
    await page.waitForFunction(() => [...document.querySelectorAll('video')].every((video) => video.currentTime > 0))

    await page.getByRole('button', { name: 'Click the ad: Trail running shoes' }).click()
    const journey = page.locator('.journey').first()
    await journey.locator('[data-station=recorded].reached').waitFor()
    await journey.locator('[data-station=counted].reached').waitFor()
    const told = /Trail running shoes at \d+\.\d s.*recorded after \d+ ms.*counted after \d+ ms/s
    expect(await journey.textContent()).toMatch(told)
    expect(await page.locator('.ad').first().locator('[data-of=clicks]').textContent()).toBe(String(before + 1))
    await page.waitForTimeout(1000)
    await page.screenshot({ path: `${pictures}demo.png` })
    expect([errors, strangers]).toEqual([[], []])
  })

  it('counts an impression of what is on the screen, once, and of the rest when it comes there', async () => {
    const { page } = await openPage({ viewport: { width: 900, height: 700 } })
    const [first, last] = [await numbersOf(1), await numbersOf(10)]
    await page.goto(`${origin}/demo`)
    await page.getByText('Trail running shoes').waitFor()
    await expectNumbers(1, { clicks: first.clicks, impressions: first.impressions + 1 })
    expect((await numbersOf(10)).impressions).toBe(last.impressions)
    await page.getByRole('button', { name: 'Click the ad: Home solar panels' }).scrollIntoViewIfNeeded()
    await page.mouse.wheel(0, 3000)
    await expectNumbers(10, { clicks: last.clicks, impressions: last.impressions + 1 })
    await page.mouse.wheel(0, -3000)
    await page.waitForTimeout(500)
    await expectNumbers(1, { clicks: first.clicks, impressions: first.impressions + 1 })
  })

  it('is for the keyboard too, and for who wants no motion', async () => {
    const { page } = await openPage({ reducedMotion: 'reduce' })
    await page.goto(`${origin}/demo`)
    const ad = page.getByRole('button', { name: 'Click the ad: City bike' })
    await ad.focus()
    await page.keyboard.press('Enter')
    await page.locator('.journey [data-station=counted].reached').waitFor()
    expect(await page.evaluate(() => [...document.querySelectorAll('video')].every((video) => video.paused))).toBe(true)
    await page.getByRole('button', { name: 'Play the clips' }).click()
    await page.waitForFunction(() => [...document.querySelectorAll('video')].every((video) => !video.paused))
  })

  it.each(['light', 'dark'] as const)('has no finding of axe in its %s colours', async (colorScheme) => {
    const { page } = await openPage({ colorScheme, bypassCSP: true })
    await page.goto(`${origin}/demo`)
    await page.getByText('Trail running shoes').waitFor()
    await page.getByText('On your own page').click()
    expect(await accessibilityOf(page)).toEqual([])
  })

  it('says that the tracker could not be loaded when an ad blocker is active, and shows the ads all the same', async () => {
    const { page, uncaught } = await openPage()
    await page.route(/tracker/, (route) => route.abort('blockedbyclient'))
    await page.goto(`${origin}/demo`)
    await page.getByText('perhaps because of an ad blocker').waitFor()
    await page.getByText('Trail running shoes').waitFor()
    await page.getByRole('button', { name: 'Click the ad: Trail running shoes' }).click()
    expect(uncaught).toEqual([])
  })

  it('tells the time of its numbers while the API does not answer, and goes on when it does', async () => {
    const { page } = await openPage({ viewport: { width: 390, height: 844 } })
    let isDown = true
    await page.route(/\/ads(\/analytics)?(\?|$)/, (route) => (isDown ? route.abort() : route.continue()))
    await page.goto(`${origin}/demo`)
    await page.getByText('The ads cannot be loaded').waitFor()
    isDown = false
    await page.getByText('Trail running shoes').waitFor()
    await page.getByText('The numbers are complete up to').waitFor()
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true)
    isDown = true
    await page.getByText(/offline: numbers from \d\d:\d\d:\d\d/).waitFor()
    isDown = false
    await page.getByText('The numbers are complete up to').waitFor()
  })

  it('gives a snippet whose script and integrity are those that are served', async () => {
    const { page } = await openPage()
    await page.goto(`${origin}/demo`)
    await page.getByText('On your own page').click()
    const snippet = (await page.locator('pre').textContent()) ?? ''
    const release: { url: string; integrity: string } = await (await fetch(`${origin}/tracker.json`)).json()
    const { url, integrity } = release
    expect(snippet).toContain(`${origin}${url}`)
    expect(snippet).toContain(integrity)
    const code = await (await fetch(origin + url)).arrayBuffer()
    expect(`sha384-${Buffer.from(await crypto.subtle.digest('SHA-384', code)).toString('base64')}`).toBe(integrity)
    expect(Buffer.from(await (await fetch(`${origin}/tracker.js`)).arrayBuffer()).equals(Buffer.from(code))).toBe(true)
  })
})

describe('/docs', () => {
  it.each(['light', 'dark'] as const)(
    'folds its operations, and has no finding of axe in its %s colours',
    async (colorScheme) => {
      const { page } = await openPage({ colorScheme, bypassCSP: true })
      await page.goto(`${origin}/docs`)
      await page.locator('.opblock').first().waitFor()
      expect(await page.locator('.opblock.is-open').count()).toBe(0)
      const isDark = await page.evaluate(() => document.documentElement.classList.contains('dark-mode'))
      expect(isDark).toBe(colorScheme === 'dark')
      expect(await accessibilityOf(page)).toEqual([])
    },
  )

  it('shows every operation of the merged document and tries one, without the internet and without an error', async () => {
    const { page, errors } = await openPage()
    const strangers = requestsToOthers(page)
    await page.goto(`${origin}/docs`)
    await page.locator('.opblock').first().waitFor()
    const { paths } = (await (await fetch(`${origin}/openapi.json`)).json()) as { paths: Record<string, object> }
    const operations = Object.values(paths).flatMap((path) => Object.keys(path))
    expect(await page.locator('.opblock').count()).toBe(operations.length)
    await page.screenshot({ path: `${pictures}docs.png` })
    const operation = page.locator('#operations-events-recordClick')
    await operation.locator('.opblock-summary-control').click()
    await operation.getByRole('button', { name: 'Execute' }).click()
    await operation.locator('.live-responses-table').getByText('Click event received').waitFor()
    expect([errors, strangers]).toEqual([[], []])
  })
})

function requestsToOthers(page: Page): string[] {
  const found: string[] = []
  const isOther = (url: string) => !url.startsWith(origin) && !url.startsWith('data:')
  page.on('request', (request) => isOther(request.url()) && found.push(request.url()))
  return found
}
