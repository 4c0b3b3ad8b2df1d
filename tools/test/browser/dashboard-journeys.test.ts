import { expect, it } from 'vitest'
import { openBrowser } from './support/browser.ts'
import { events, expectQuiet, newCampaign, recordAndCount, tile, utcDay, visit } from './support/dashboard.ts'
import { client } from './support/system.ts'

const hour = 3_600_000
const at = (day: Date, hours: number) => new Date(day.getTime() + hours * hour)
// two days ago: yesterday may become the day before during the test
const day = utcDay(-2)
const iso = day.toISOString().slice(0, 10)

it("finds yesterday's best ad by CTR", async () => {
  const { campaign, ids } = await newCampaign(['Much seen', 'Much clicked'])
  await recordAndCount([
    ...events(20, 'impression', ids[0]!, at(day, 9)),
    ...events(1, 'click', ids[0]!, at(day, 9)),
    ...events(4, 'impression', ids[1]!, at(day, 9)),
    ...events(2, 'click', ids[1]!, at(day, 9)),
  ])
  const here = await visit(`/?period=custom&from=${iso}&to=${iso}&tz=UTC&campaign=${campaign}`)
  const { page } = here
  await page.getByRole('button', { name: 'CTR' }).last().click()
  expect(await page.locator('.ads tbody tr').first().textContent()).toMatch(/Much clicked.*4.*2.*50\.00%/s)
  expect(await tile(page, 'CTR').textContent()).toBe('12.50%')
  expect(page.url()).toContain('sort=-ctr')
  await page.locator('canvas').waitFor()
  // the rows and those before: what was asked for before the page was there is not asked again
  expect(here.asked.filter((url) => url.startsWith('/ads/analytics?'))).toHaveLength(2)
  expectQuiet(here, { requests: 8 })
})

it('shows why clicks dropped at 14:00: the hour, its minutes, and the ad that lost them', async () => {
  const { campaign, ids } = await newCampaign(['Steady', 'Fallen'])
  const of = (ad: number, hours: number, clicks: number) => [
    ...events(30, 'impression', ad, at(day, hours)),
    ...events(clicks, 'click', ad, at(day, hours)),
  ]
  await recordAndCount([...of(ids[0]!, 13, 3), ...of(ids[0]!, 14, 3), ...of(ids[1]!, 13, 9), ...of(ids[1]!, 14, 0)])
  const here = await visit(`/?period=custom&from=${iso}&to=${iso}&tz=UTC&campaign=${campaign}&metric=clicks`)
  const { page } = here
  await page.getByText('The chart as a table').click()
  const row = (time: string) => page.locator('.chart-table tbody tr').filter({ hasText: time })
  expect(await row('13:00').locator('td').allTextContents()).toEqual(['60', '12', '20.00%', '0'])
  expect(await row('14:00').locator('td').allTextContents()).toEqual(['60', '3', '5.00%', '0'])
  expect(await row('15:00').locator('td').allTextContents()).toEqual(['0', '0', '–', '0'])

  await row('14:00').getByRole('link').click()
  await page.getByText(/14:00 – .*15:00/).waitFor()
  await page.getByRole('button', { name: 'Clicks change' }).click()
  await page.locator('.ads tbody tr').first().getByText('−100%').waitFor()
  expect(await page.locator('.ads tbody tr').first().textContent()).toContain('Fallen')
  expect(await tile(page, 'Clicks').textContent()).toBe('3')
  expect(await page.locator('.tile.chosen .was').textContent()).toMatch(/−75%.*from 12$/)
  expectQuiet(here, { requests: 16 })
})

it('finds a click by its id, and tells its story', async () => {
  const [ad] = (await newCampaign(['Clicked'])).ids
  const { event_id } = await client.recordClick({ ad_id: ad!, playback_time: 2 })
  await client.recordClick({ ad_id: ad!, playback_time: 2, event_id })
  await expect
    .poll(async () => (await client.getReceipt(event_id).catch(() => undefined))?.receipts[0]?.duplicates, {
      timeout: 20_000,
    })
    .toBe(1)
  const here = await visit('/event')
  const { page } = here
  await page.getByLabel('Id of the event').fill(`  ${event_id} `)
  await page.keyboard.press('Enter')
  await page.getByText(`The click was accepted and counted once, for ad ${ad}.`).waitFor()
  await page.getByText('It was sent again once with the same content: that changed nothing.').waitFor()
  expectQuiet(here, { requests: 4 })
})

it('shows a colleague in another time zone the same by a link', async () => {
  const { campaign, ids } = await newCampaign(['Shared', 'Other'])
  await recordAndCount([...events(7, 'impression', ids[0]!, at(day, 23)), ...events(2, 'click', ids[0]!, at(day, 12))])
  const here = await openBrowser({ timezoneId: 'Europe/Berlin' })
  const mine = await visit('/', { browser: here })
  await mine.page.getByLabel('Campaign').selectOption(campaign)
  await mine.page.getByRole('link', { name: '30 days' }).click()
  await mine.page.getByRole('searchbox').fill('shared')
  await mine.page
    .getByRole('button', { name: /^Clicks/ })
    .first()
    .click()
  await mine.page.getByText('1 of').waitFor({ state: 'attached' })

  const there = await openBrowser({ timezoneId: 'America/New_York' })
  const theirs = await visit(mine.page.url().replace(/^https?:\/\/[^/]+/, ''), { browser: there })
  await theirs.page.locator('.ads tbody tr').waitFor()
  expect(theirs.page.url()).toBe(mine.page.url())
  for (const text of ['.period', '.tiles', '.ads tbody'])
    await expect.poll(() => theirs.page.locator(text).textContent()).toBe(await mine.page.locator(text).textContent())
  expectQuiet(mine, { requests: 24 })
  expectQuiet(theirs, { requests: 8 })
})

it('counts days by the clock of a time zone with half hours', async () => {
  const { campaign, ids } = await newCampaign(['Delhi'])
  // 23:55 and 00:05 in India
  await recordAndCount([
    ...events(1, 'impression', ids[0]!, at(day, 18 + 25 / 60)),
    ...events(2, 'impression', ids[0]!, at(day, 18 + 35 / 60)),
  ])
  const here = await visit(`/?period=custom&from=${iso}&to=${iso}&tz=Asia/Kolkata&campaign=${campaign}`)
  const { page } = here
  await expect.poll(() => tile(page, 'Impressions').textContent()).toBe('1')
  await page.getByText('The chart as a table').click()
  const times = await page.locator('.chart-table tbody th').allTextContents()
  expect(times).toHaveLength(24)
  expect([times[0], times[23]]).toEqual([expect.stringContaining('00:00'), expect.stringContaining('23:00')])
  expect(await page.locator('.chart-table tbody tr').last().locator('td').first().textContent()).toBe('1')
  expectQuiet(here, { requests: 8 })
})

it('fits a phone in landscape: nothing lies outside, and period and search are at hand', async () => {
  const here = await visit('/?period=today&tz=UTC', {
    viewport: { width: 844, height: 390 },
    hasTouch: true,
    isMobile: true,
  })
  const { page } = here
  await page.getByRole('link', { name: '7 days' }).tap()
  await page.getByRole('searchbox').fill('city')
  await page.locator('.ads').getByText('City bike').waitFor()
  expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true)
  expectQuiet(here, { requests: 16 })
})
