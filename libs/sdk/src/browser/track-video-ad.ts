import { createDelivery, type Delivery, type Stats } from './delivery.ts'
import { attempt } from './event-store.ts'
import { warn } from './warn.ts'

export interface TrackOptions {
  adId: number
  /** Origin of the API; the page's own when absent. */
  baseUrl?: string
  /** Part of the video that must be on the screen for an impression: 0 to 1, half when absent. */
  visible?: number
  /** Track nothing for people who ask for it by Global Privacy Control or Do Not Track. */
  respectPrivacy?: boolean
  /** Told of what happens; quartiles (25, 50, 75, 100) are told and not sent. */
  onEvent?: (name: 'impression' | 'click' | 'quartile', detail: EventDetail) => void
}

export interface EventDetail {
  /** Seconds: where the video was. */
  playbackTime: number
  /** Id of what was recorded; the window gets an event `ads-tracker:delivered` with it when the API has it. */
  eventId?: string
  quartile?: number
}

export interface Tracking {
  stats: Stats
  /** Stops watching; what was recorded is still delivered. */
  stop(): void
}

const maxAdId = 2_147_483_647
const deliveries = new Map<string, Delivery>()

/**
 * Records an impression when the first frame is shown while enough of the video is visible, and a click with the seconds
 * of video played before it. Never throws, whatever the page, the browser or the network does.
 */
export function trackVideoAd(video: HTMLVideoElement, options: TrackOptions): Tracking {
  const none = { stats: { delivered: 0, dropped: {} }, stop() {} }
  return (
    attempt(() => {
      if (options.respectPrivacy && wantsPrivacy()) return none
      const { adId } = options
      if (Number.isInteger(adId) && adId > 0 && adId <= maxAdId) return watch(video, options)
      warn(`data-ad-id or adId must be an integer from 1 to ${maxAdId}: this video is not tracked`)
    }) ?? none
  )
}

function watch(
  video: HTMLVideoElement,
  { adId, baseUrl = location.origin, visible = 0.5, onEvent }: TrackOptions,
): Tracking {
  const origin = baseUrl.replace(/\/+$/, '')
  const delivery = deliveries.get(origin) ?? createDelivery(origin)
  deliveries.set(origin, delivery)
  const stopped = new AbortController()
  const { signal } = stopped
  let [isShown, isVisible, hasImpression, quartile] = [false, false, false, 0]

  const observer = new IntersectionObserver(
    ([entry]) => {
      isVisible = entry!.intersectionRatio >= visible && entry!.isIntersecting
      impress()
    },
    { threshold: visible },
  )
  observer.observe(video)
  signal.addEventListener('abort', () => observer.disconnect())
  if (video.requestVideoFrameCallback) video.requestVideoFrameCallback(shown)
  else video.addEventListener('playing', shown, { signal })
  video.addEventListener('click', () => tell('click'), { signal })
  video.addEventListener('timeupdate', progress, { signal })
  video.addEventListener('ended', progress, { signal })
  return { stats: delivery.stats, stop: () => stopped.abort() }

  function shown() {
    isShown = true
    impress()
  }

  function impress() {
    if (!isShown || !isVisible || hasImpression || signal.aborted) return
    hasImpression = true
    observer.disconnect()
    tell('impression')
  }

  function progress() {
    const reached = 25 * Math.floor((4 * video.currentTime) / video.duration + 0.01)
    if (reached > quartile)
      attempt(() => onEvent?.('quartile', { playbackTime: played(), quartile: (quartile = reached) }))
  }

  function tell(type: 'impression' | 'click') {
    const playbackTime = played()
    const eventId = attempt(() => delivery.record({ type, ad_id: adId, playback_time: playbackTime }))
    attempt(() => onEvent?.(type, { playbackTime, eventId }))
  }

  function played() {
    return Math.round(1000 * video.currentTime || 0) / 1000
  }
}

function wantsPrivacy(): boolean {
  const { doNotTrack, globalPrivacyControl } = navigator as Navigator & { globalPrivacyControl?: boolean }
  return globalPrivacyControl === true || doNotTrack === '1'
}
