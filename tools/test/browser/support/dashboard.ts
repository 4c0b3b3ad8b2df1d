import type { BatchEvent } from '@ads-tracker/sdk'
import type { BrowserContext, BrowserContextOptions, Page } from 'playwright-core'
import { expect, vi } from 'vitest'
import { openBrowser, watchErrors } from './browser.ts'
import { client, origin } from './system.ts'

export interface Visit {
  page: Page
  /** Errors in the console. */
  errors: string[]
  /** Requests to the API, without those that only ask whether it is still the same. */
  asked: string[]
  /** Requests to other origins. */
  strangers: string[]
}

interface VisitOptions extends BrowserContextOptions {
  /** The window to open the page in; a new one with the other options when absent. */
  browser?: BrowserContext
  at?: string
}

/** Opens a page of the dashboard and waits until it has its numbers, or what it shows instead. */
export async function visit(path: string, { browser, at = origin, ...options }: VisitOptions = {}): Promise<Visit> {
  const page = await (browser ?? (await openBrowser(options))).newPage()
  const [errors, asked, strangers]: [string[], string[], string[]] = [watchErrors(page), [], []]
  page.on('request', (request) => {
    const url = request.url()
    if (!url.startsWith(at) && !url.startsWith('data:') && !url.startsWith('blob:')) strangers.push(url)
    else if (!new URL(url).pathname.startsWith('/assets/')) asked.push(url.slice(at.length))
  })
  await page.goto(at + path)
  await page.locator('h1').waitFor()
  return { page, errors, asked, strangers }
}

/** The page was quiet: no error in the console, nobody else was asked, and the API not more often than that. */
export function expectQuiet({ errors, asked, strangers }: Visit, { requests }: { requests: number }): void {
  expect([errors, strangers]).toEqual([[], []])
  expect(asked.length, asked.join('\n')).toBeLessThanOrEqual(requests)
}

export const tile = (page: Page, name: string) =>
  page
    .locator('.tile')
    .filter({ has: page.getByText(name, { exact: true }) })
    .locator('.value')

/** A campaign of the test's own, so that its numbers are nobody else's: an ad for each name. */
export async function newCampaign(names: string[]): Promise<{ campaign: string; ids: number[] }> {
  const campaign = `Campaign ${crypto.randomUUID().slice(0, 8)}`
  const ids: number[] = []
  for (const name of names) {
    const urls = { image_url: 'https://example.com/a.png', target_url: 'https://example.com/' }
    ids.push((await client.createAd({ name, campaign, ...urls })).id)
  }
  return { campaign, ids }
}

export const events = (count: number, type: 'click' | 'impression', ad_id: number, timestamp: Date): BatchEvent[] =>
  Array.from({ length: count }, (_, index) => ({
    type,
    ad_id,
    timestamp: new Date(timestamp.getTime() + index),
    ...(type === 'click' && { playback_time: 1 }),
  })) as BatchEvent[]

/** Records events and waits until they are in the numbers. */
export async function recordAndCount(recorded: BatchEvent[]): Promise<void> {
  const ids = [...new Set(recorded.map(({ ad_id }) => ad_id))]
  const sum = async () => {
    const { rows } = await client.getAnalytics({ ad_id: ids })
    return rows.reduce((total, { clicks, impressions }) => total + clicks + impressions, 0)
  }
  const before = await sum()
  for (let start = 0; start < recorded.length; start += 500)
    await client.recordEvents(recorded.slice(start, start + 500))
  await vi.waitUntil(async () => (await sum()) === before + recorded.length, { timeout: 30_000, interval: 100 })
}

/** Midnight of UTC, some days from today. */
export function utcDay(days: number): Date {
  const today = new Date()
  return new Date(Date.UTC(today.getUTCFullYear(), today.getUTCMonth(), today.getUTCDate() + days))
}
