import type { Route } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { accessibilityOf } from './support/accessibility.ts'
import { openBrowser } from './support/browser.ts'
import { expectQuiet, newCampaign, tile, visit } from './support/dashboard.ts'
import { apiKey, client } from './support/system.ts'

const json =
  (body: unknown, status = 200) =>
  (route: Route) =>
    route.fulfill({ status, contentType: 'application/json', body: JSON.stringify(body) })
const analytics = /\/ads\/analytics\?/
const everything = /\/(ads|health)\//

it('invites to create the first ad while there are none', async () => {
  const browser = await openBrowser()
  await browser.route(analytics, json([]))
  const here = await visit('/', { browser })
  await here.page.getByRole('link', { name: 'Create an ad' }).click()
  await here.page.getByRole('heading', { name: 'Create an ad' }).waitFor()
  expectQuiet(here, { requests: 8 })
})

it('shows 1,000 ads in parts, and finds one of them', async () => {
  const { rows } = await client.getAnalytics()
  const urls = { image_url: 'https://example.com/a.png', target_url: 'https://example.com/' }
  for (let count = rows.length; count < 1000; count += 20)
    await Promise.all(
      Array.from({ length: 20 }, (_, n) => client.createAd({ name: `Ad of many ${count + n}`, ...urls })),
    )
  const name = `Needle ${crypto.randomUUID().slice(0, 8)}`
  const { ids } = await newCampaign([name])
  const here = await visit('/?period=7d&tz=UTC')
  const { page } = here
  await page.getByText(/50 of 1,\d+ ads/).waitFor()
  expect(await page.locator('.ads tbody tr').count()).toBe(50)
  await page.getByRole('button', { name: 'Show more' }).click()
  expect(await page.locator('.ads tbody tr').count()).toBe(250)
  await page.getByRole('searchbox').fill(name.toLowerCase())
  await page.getByRole('link', { name }).click()
  await page.getByRole('heading', { name }).waitFor()
  expect(page.url()).toContain(`/ad/${ids[0]}?period=7d&tz=UTC`)
  expectQuiet(here, { requests: 20 })
})

describe('what cannot be shown is a sentence and a way on', () => {
  it.each([
    ['/?period=banana&tz=UTC', 'The link names a period that is not known, “banana”', 'Clear the link'],
    ['/?period=7d&tz=Mars/Olympus', 'The link names a time zone that is not known', 'Clear the link'],
    ['/?period=custom&from=2026-02-30&to=2026-03-01&tz=UTC', '“2026-02-30” is not a day.', 'Clear the link'],
    ['/?period=custom&from=2026-03-02&to=2026-03-01&tz=UTC', 'The period ends before it begins.', 'Clear the link'],
    ['/?period=custom&from=1999-01-01&to=1999-01-02&tz=UTC', 'must be between 2000-01-01', 'Clear the link'],
    ['/?period=custom&from=2001-01-01&to=2001-01-02&tz=UTC', 'No impressions and no clicks', 'Show the last 30 days'],
    ['/ad/2147483647', 'Ad 2147483647 does not exist.', 'See all ads'],
    ['/ad/x', 'There is no page at /ad/x.', 'See all ads'],
    ['/manage/2147483647', 'Ad 2147483647 does not exist or is archived.', 'See all ads'],
    ['/event?id=42', '“42” is not the id of an event.', 'Find'],
    ['/event?id=0197e2a4-5c80-7c3e-9d2a-000000000000', 'There is no event with this id.', 'Look again'],
  ])('%s', async (path, sentence, wayOn) => {
    const { page, errors } = await visit(path, { bypassCSP: true })
    await page.getByText(sentence).waitFor()
    await page
      .getByRole('link', { name: wayOn })
      .or(page.getByRole('button', { name: wayOn }))
      .first()
      .waitFor()
    // the browser itself reports answers of 400 and 404
    expect(errors.filter((error) => !/status of 40[04]/.test(error))).toEqual([])
    expect(await accessibilityOf(page)).toEqual([])
  })

  it('an archived ad says so, and keeps its numbers', async () => {
    const [ad] = (await newCampaign(['Archived'])).ids
    await client.recordImpression({ ad_id: ad! })
    await expect.poll(async () => (await client.getAnalytics({ ad_id: ad! })).rows[0]?.impressions).toBe(1)
    await client.archiveAd(ad!)
    const { page } = await visit(`/ad/${ad}?period=7d&tz=UTC`)
    await page.getByText('This ad is archived').waitFor()
    await expect.poll(() => tile(page, 'Impressions').textContent()).toBe('1')
  })

  it('a key that is not valid any more is asked for again, and the work is not lost', async () => {
    const [ad] = (await newCampaign(['Renamed'])).ids
    const { page } = await visit(`/manage/${ad}`)
    await page.getByLabel('API key').fill('expired')
    await page.getByRole('button', { name: 'Use this key' }).click()
    await page.getByLabel('Name', { exact: true }).fill('Renamed by hand')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('The key is not valid or was revoked').waitFor()
    await page.getByLabel('API key').fill(apiKey)
    await page.getByRole('button', { name: 'Use this key' }).click()
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('Saved.').waitFor()
    expect((await client.getAd(ad!)).name).toBe('Renamed by hand')
  })
})

describe('axe finds nothing', () => {
  const problem = (code: string, status: number) => json({ code, title: code, status }, status)
  const states: [string, string, ((route: Route) => unknown)?][] = [
    ['the overview', '/?period=30d&tz=UTC'],
    ['an ad', '/ad/1?period=30d&tz=UTC'],
    ['find an event', '/event'],
    ['ads', '/manage'],
    ['a new ad', '/manage/new'],
    ['health', '/system'],
    ['loading', '/', () => {}],
    ['no ads', '/', (route) => (analytics.test(route.request().url()) ? json([])(route) : route.continue())],
    ['a key is needed', '/', problem('unauthorized', 401)],
    ['the server cannot answer', '/', problem('unavailable', 503)],
    ['nothing answers', '/', (route) => route.abort()],
    ['health when nothing answers', '/system', (route) => route.abort()],
  ]
  it.each(states)('%s', async (_state, path, answer) => {
    for (const colorScheme of ['light', 'dark'] as const) {
      for (const width of [390, 1280]) {
        const browser = await openBrowser({ bypassCSP: true, colorScheme, viewport: { width, height: 844 } })
        if (answer) await browser.route(everything, answer)
        const { page } = await visit(path, { browser })
        await page.waitForTimeout(700)
        for (const summary of await page.locator('summary').all()) await summary.click()
        expect(await accessibilityOf(page)).toEqual([])
        expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true)
        expect(await page.locator('nav').evaluate((menu) => menu.scrollWidth <= menu.clientWidth)).toBe(true)
      }
    }
  })
})

it('can be used with the keyboard alone: the period, the table, an ad', async () => {
  const { page, errors } = await visit('/?period=7d&tz=UTC')
  await page.locator('.ads').waitFor()
  const focused = () => page.evaluate(() => document.activeElement?.textContent ?? '')
  const tabTo = async (text: string) => {
    for (let step = 0; step < 60 && !(await focused()).startsWith(text); step++) await page.keyboard.press('Tab')
    expect(await focused()).toContain(text)
  }
  await tabTo('Skip to the content')
  await tabTo('30 days')
  await page.keyboard.press('Enter')
  await expect.poll(() => page.url()).toContain('period=30d')
  await tabTo('Clicks')
  await page.keyboard.press('Enter')
  await expect.poll(() => page.url()).toContain('metric=clicks')
  await tabTo('The chart as a table')
  await page.keyboard.press('Enter')
  await page.locator('.chart-table tbody tr').first().waitFor()
  expect(errors).toEqual([])
})
