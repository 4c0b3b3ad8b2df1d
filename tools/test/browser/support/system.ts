import { createClient } from '@ads-tracker/sdk'
import { inject, vi } from 'vitest'
import type {} from '../../support/started-system.ts'

export const { origin, apiKey } = inject('system')

/** A client of the started system that nothing stands in the way of. */
export const client = createClient({ baseUrl: origin, apiKey })

/** An ad of the test's own, so that its numbers are nobody else's. */
export async function newAd(): Promise<number> {
  return (await client.createAd({ image_url: 'https://example.com/a.png', target_url: 'https://example.com/' })).id
}

export async function numbersOf(adId: number): Promise<{ clicks: number; impressions: number }> {
  const { rows } = await client.getAnalytics({ ad_id: adId })
  return { clicks: rows[0]?.clicks ?? 0, impressions: rows[0]?.impressions ?? 0 }
}

/** Waits until the ad has these numbers, and then until the numbers are complete up to then: they must stay. */
export async function expectNumbers(adId: number, expected: { clicks: number; impressions: number }): Promise<void> {
  const options = { timeout: 20_000, interval: 50 }
  const isThere = async () => {
    const { clicks, impressions } = await numbersOf(adId)
    return clicks >= expected.clicks && impressions >= expected.impressions
  }
  await vi.waitUntil(isThere, options).catch(() => {})
  const now = Date.now()
  const isComplete = async () => Number((await client.getAnalytics()).completeThrough ?? 0) > now
  await vi.waitUntil(isComplete, options)
  const found = await numbersOf(adId)
  if (found.clicks !== expected.clicks || found.impressions !== expected.impressions)
    throw new Error(`ad ${adId} has ${JSON.stringify(found)} and not ${JSON.stringify(expected)}`)
}
