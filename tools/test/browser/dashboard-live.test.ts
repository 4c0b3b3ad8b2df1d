import { expect, it } from 'vitest'
import { breakableNetwork } from './support/broken-network.ts'
import { openBrowser, openPage } from './support/browser.ts'
import { events, expectQuiet, newCampaign, recordAndCount, tile, type Visit, visit } from './support/dashboard.ts'
import { servePage } from './support/page-server.ts'
import { apiKey, client, origin } from './support/system.ts'

it('creates an ad, and shows its first impression when its tag is on a page', async () => {
  const here = await visit('/manage')
  const { page } = here
  await page.getByRole('link', { name: 'Create an ad' }).click()
  await page.getByLabel('API key').fill(apiKey)
  await page.getByRole('button', { name: 'Use this key' }).click()
  await page.getByLabel('Name').fill('Winter coats')
  await page.getByLabel('Image').fill('https://example.com/coats.jpg')
  await page.getByLabel('Leads to').fill('https://example.com/coats')
  await page.getByRole('button', { name: 'Create' }).click()
  await page.getByRole('heading', { name: 'Winter coats' }).waitFor()
  await expect.poll(() => tile(page, 'Impressions').textContent()).toBe('0')
  expect(await tile(page, 'CTR').textContent()).toBe('–')

  const tag = (await page.getByLabel('Tag of the ad').textContent()) ?? ''
  const html = tag.replace('src="video.mp4"', 'src="/clip.mp4" width="480" height="270" muted autoplay loop')
  const pages = await servePage({ '/': `<!doctype html><title>A page</title>${html}` })
  const { page: elsewhere } = await openPage()
  await elsewhere.goto(pages)
  await expect.poll(() => tile(page, 'Impressions').textContent(), { timeout: 30_000 }).toBe('1')
  expectQuiet(here, { requests: 24 })
})

it('says that the server is away, keeps its numbers with their time, and goes on by itself when it is back', async () => {
  const network = await breakableNetwork(origin)
  const { campaign, ids } = await newCampaign(['Enduring'])
  await recordAndCount(events(3, 'impression', ids[0]!, new Date(Date.now() - 60_000)))
  const here = await visit(`/?period=7d&tz=UTC&campaign=${campaign}`, { at: network.url })
  const { page } = here
  await expect.poll(() => tile(page, 'Impressions').textContent()).toBe('3')
  network.setDown(true)
  await page.getByText(/Offline: numbers from \d\d:\d\d:\d\d/).waitFor({ timeout: 40_000 })
  expect(await tile(page, 'Impressions').textContent()).toBe('3')
  await recordAndCount(events(2, 'impression', ids[0]!, new Date()))
  network.setDown(false)
  await expect.poll(() => tile(page, 'Impressions').textContent(), { timeout: 40_000 }).toBe('5')
  await page.getByText(/Offline/).waitFor({ state: 'detached', timeout: 40_000 })
  // what the browser itself says of requests that did not arrive
  expect(here.errors.filter((error) => !/Failed to load resource|net::ERR/.test(error))).toEqual([])
  await page.close()
})

it('holds one stream for all tabs, and hands it on when its tab is closed', async () => {
  const browser = await openBrowser()
  const { campaign, ids } = await newCampaign(['Streamed'])
  const visits: Visit[] = []
  for (let tab = 0; tab < 3; tab++) visits.push(await visit(`/?period=today&tz=UTC&campaign=${campaign}`, { browser }))
  const isStream = (url: string) => url === '/ads/analytics/live'
  for (const { page } of visits) await page.getByText('Live', { exact: true }).waitFor()
  expect(visits.map(({ asked }) => asked.filter(isStream).length)).toEqual([1, 0, 0])
  await visits[0]!.page.close()
  await expect.poll(() => visits.flatMap(({ asked }) => asked.filter(isStream)).length).toBe(2)
  await client.recordEvents(events(1, 'impression', ids[0]!, new Date()))
  // a tab that is hidden waits until it is looked at
  for (const { page } of visits.slice(1)) {
    await page.bringToFront()
    await expect.poll(() => tile(page, 'Impressions').textContent(), { timeout: 20_000 }).toBe('1')
  }
  for (const each of visits) expect(each.errors).toEqual([])
})
