import { type Ad, createClient } from '@ads-tracker/sdk'
import type { TrackOptions, Tracking } from '@ads-tracker/sdk/browser'
import { showAds } from './ads.ts'
import { createJourneys } from './journeys.ts'
import { followNumbers } from './numbers.ts'
import { find } from './page.ts'

// Set by the script before this one; an ad blocker may have kept it away.
declare global {
  interface Window {
    adsTracker?: { version: string; trackVideoAd(video: HTMLVideoElement, options: TrackOptions): Tracking }
  }
}

// the page shows that it tries again: the client does not do so by itself
const client = createClient({ baseUrl: location.origin, retries: 0 })
const message = find('#message')
for (const origin of document.querySelectorAll('[data-origin]')) origin.textContent = location.origin

const retryMs = 2000
await start()

async function start() {
  const ads = await untilLoaded()
  if (ads.length === 0) say('There are no ads yet: npm run seed creates some.')
  const numbers = followNumbers(client)
  const journeys = createJourneys(client, numbers)
  const cards = showAds(ads)
  numbers.onChange((rows) => cards.forEach((card) => card.show(rows.get(card.ad.id))))
  if (!window.adsTracker)
    return say(
      'The tracker could not be loaded, perhaps because of an ad blocker. The page works, but events are not counted.',
    )
  for (const { ad, video } of cards) {
    window.adsTracker.trackVideoAd(video, {
      adId: ad.id,
      onEvent: (name, detail) =>
        name === 'click' && detail.eventId && journeys.begin(ad, detail.eventId, detail.playbackTime),
    })
  }
}

async function untilLoaded(): Promise<Ad[]> {
  for (;;) {
    try {
      const ads = await firstPage()
      message.hidden = true
      return ads
    } catch (error) {
      say(`The ads cannot be loaded: ${error instanceof Error ? error.message : String(error)}. Trying again.`)
      await new Promise((resolve) => setTimeout(resolve, retryMs))
    }
  }
}

async function firstPage(): Promise<Ad[]> {
  for await (const page of client.listAds({ limit: 12 }).pages()) return page
  return []
}

function say(text: string) {
  message.textContent = text
  message.hidden = false
}
