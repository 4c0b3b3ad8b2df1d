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
 * of video played before it. Called again for a video it goes on with the same showing: the last call counts, and a new
 * `adId` is a new showing. Never throws, whatever the page, the browser or the network does.
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

/** One ad shown by one video, from its first frame until another ad or another showing takes its place. */
interface Showing {
  adId: number
  isShown?: boolean
  hasImpression?: boolean
  quartile: number
  isOver?: boolean
  stop(): void
}

// On the video itself: two copies of this script, a stop and a second mount go on with the showing that there is.
const key = Symbol.for('ads-tracker')
type Tracked = HTMLVideoElement & { [key]?: Record<string, Showing> }

function watch(video: Tracked, { adId, baseUrl = location.origin, visible = 0.5, onEvent }: TrackOptions): Tracking {
  const origin = baseUrl.replace(/\/+$/, '')
  const delivery = deliveries.get(origin) ?? createDelivery(origin)
  deliveries.set(origin, delivery)
  const showings = (video[key] ??= {})
  const before = showings[origin]
  before?.stop()
  const stopped = new AbortController()
  const { signal } = stopped
  const stop = () => stopped.abort()
  const showing: Showing = before?.adId === adId && !before.isOver ? before : { adId, quartile: 0, stop }
  showing.stop = stop
  showings[origin] = showing
  let [isVisible, isHandling] = [false, false]

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
  for (const type of ['click', 'auxclick'] as const) addEventListener(type, clicked, { capture: true, signal })
  video.addEventListener('timeupdate', progress, { signal })
  video.addEventListener('ended', progress, { signal })
  // a video that is emptied while nobody tracks it shows something else afterwards
  video.addEventListener('emptied', () => (showing.isOver ||= signal.aborted))
  return { stats: delivery.stats, stop }

  function shown() {
    if (signal.aborted) return
    showing.isShown = true
    impress()
  }

  function impress() {
    if (!showing.isShown || !isVisible || showing.hasImpression || signal.aborted) return
    showing.hasImpression = true
    observer.disconnect()
    tell('impression')
  }

  function clicked(event: MouseEvent) {
    const { isTrusted, detail, type, button } = event
    const path = event.composedPath() as Element[]
    const link = path.find((node) => node.matches?.('a[href]'))
    // a middle click follows a link and does nothing else; the second click of a double click is no click of its own
    if (type === 'auxclick' ? !link || button !== 1 : isTrusted && detail > 1) return
    if (!path.includes(video) && !(link && leadsFrom(link))) return
    // a page that answers a click by a click of its own made one click
    if (!isTrusted && isHandling) return
    if (isTrusted) {
      isHandling = true
      setTimeout(() => (isHandling = false))
    }
    tell('click')
  }

  /** Whether a link is around the video, or lies over it in the same player. */
  function leadsFrom(link: Element) {
    for (let node: Node | null = video; node; node = node.parentNode ?? (node as ShadowRoot).host ?? null)
      if (node === link) return true
    const player = video.offsetParent
    if (!player || player === document.body || !player.contains(link)) return false
    const [box, { x, y, width, height }] = [video.getBoundingClientRect(), link.getBoundingClientRect()]
    const [left, top] = [x + width / 2 - box.x, y + height / 2 - box.y]
    return left > 0 && left < box.width && top > 0 && top < box.height
  }

  function progress() {
    const reached = 25 * Math.floor((4 * video.currentTime) / video.duration + 0.01)
    if (reached > showing.quartile)
      attempt(() => onEvent?.('quartile', { playbackTime: played(), quartile: (showing.quartile = reached) }))
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
