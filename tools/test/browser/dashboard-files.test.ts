import { readFileSync } from 'node:fs'
import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { events, newCampaign, recordAndCount, utcDay, visit } from './support/dashboard.ts'
import { apiKey } from './support/system.ts'

const day = utcDay(-2)
const iso = day.toISOString().slice(0, 10)

it('takes the table along as a CSV file, of the period and the campaign that are shown', async () => {
  const { campaign, ids } = await newCampaign(['In a file'])
  await recordAndCount(events(3, 'impression', ids[0]!, day))
  const { page } = await visit(`/?period=custom&from=${iso}&to=${iso}&tz=UTC&campaign=${campaign}`, {
    acceptDownloads: true,
  })
  const text = await downloaded(page, () => page.getByRole('link', { name: 'CSV' }).click())
  expect(text.trim().split(/\r?\n/)).toEqual([
    expect.stringContaining('impressions'),
    `${ids[0]},In a file,${campaign},,0,3,0`,
  ])
})

it('asks for a key before it gives every event of a day', async () => {
  const [ad] = (await newCampaign(['Exported'])).ids
  await recordAndCount(events(2, 'impression', ad!, day))
  const { page } = await visit(`/ad/${ad}?period=custom&from=${iso}&to=${iso}&tz=UTC`, { acceptDownloads: true })
  await page.getByRole('button', { name: 'Impressions, CSV' }).click()
  await page.getByLabel('API key').fill(apiKey)
  await page.getByRole('button', { name: 'Use this key' }).click()
  const text = await downloaded(page, () => page.getByRole('button', { name: 'Impressions, CSV' }).click())
  expect(text.split('\n').filter((line) => line.includes(`,${ad},`))).toHaveLength(2)
})

async function downloaded(page: Page, click: () => Promise<void>): Promise<string> {
  const [download] = await Promise.all([page.waitForEvent('download'), click()])
  return readFileSync(await download.path(), 'utf8')
}
