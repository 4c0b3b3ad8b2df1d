import type { Ad, AdStats } from '@ads-tracker/sdk'
import { copyOf, find } from './page.ts'

export interface Card {
  ad: Ad
  video: HTMLVideoElement
  show(stats: AdStats | undefined): void
}

const clips = 6

/** A card for each ad, with its clip playing unless the visitor wants no motion. */
export function showAds(ads: Ad[]): Card[] {
  const list = find('#ads')
  const cards = ads.map(createCard)
  list.append(...cards.map(({ element }) => element))
  list.ariaBusy = 'false'
  pauseButton(cards.map(({ video }) => video))
  return cards
}

function createCard(ad: Ad, index: number) {
  const element = copyOf('#ad')
  const name = ad.name ?? `Ad ${ad.id}`
  const video = find<HTMLVideoElement>('video', element)
  video.src = `/demo/clips/${1 + (index % clips)}.mp4`
  const button = find('.clip', element)
  button.ariaLabel = `Click the ad: ${name}`
  // a pointer hits the video, a key the button around it
  button.addEventListener('click', ({ target }) => target === video || video.click())
  find('.name', element).textContent = name
  return { ad, element, video, show: (stats: AdStats | undefined) => showStats(element, stats) }
}

function showStats(
  element: HTMLElement,
  { impressions, clicks, ctr }: Pick<AdStats, 'impressions' | 'clicks' | 'ctr'> = { impressions: 0, clicks: 0, ctr: 0 },
) {
  const texts = {
    impressions: impressions.toLocaleString(),
    clicks: clicks.toLocaleString(),
    ctr: impressions > 0 ? `${(100 * ctr).toFixed(1)} %` : '–',
  }
  for (const [name, text] of Object.entries(texts)) {
    const cell = find(`[data-of=${name}]`, element)
    if (cell.textContent === text) continue
    const isFirst = !cell.dataset.shown
    cell.dataset.shown = 'true'
    cell.textContent = text
    if (isFirst) continue
    cell.classList.remove('moved')
    void cell.offsetWidth // so that the animation starts again
    cell.classList.add('moved')
  }
}

function pauseButton(videos: HTMLVideoElement[]) {
  const button = find<HTMLButtonElement>('#pause')
  const setPaused = (paused: boolean) => {
    for (const video of videos) void (paused ? video.pause() : video.play().catch(() => {}))
    button.ariaPressed = String(paused)
    button.textContent = paused ? 'Play the clips' : 'Pause the clips'
  }
  button.addEventListener('click', () => setPaused(button.ariaPressed !== 'true'))
  setPaused(matchMedia('(prefers-reduced-motion: reduce)').matches)
}
