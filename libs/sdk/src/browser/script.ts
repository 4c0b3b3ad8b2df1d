import { attempt } from './event-store.ts'
import { trackVideoAd } from './track-video-ad.ts'
import { version } from './version.ts'

// `<script src="https://ads.example.com/tracker.js" data-respect-privacy></script>` tracks every `<video data-ad-id="1">`,
// also those that come later. `data-base-url` and `data-visible` say what differs from the defaults.
attempt(() => {
  const script = document.currentScript as HTMLScriptElement | null
  const { baseUrl, visible, respectPrivacy } = script?.dataset ?? {}
  const options = {
    baseUrl: baseUrl ?? (script?.src ? new URL(script.src).origin : location.origin),
    visible: visible ? Number(visible) : undefined,
    respectPrivacy: respectPrivacy !== undefined,
  }
  const known = new WeakSet<Element>()
  Object.assign(window, { adsTracker: { version, trackVideoAd } })
  new MutationObserver(find).observe(document, { childList: true, subtree: true })
  find()

  function find() {
    for (const video of document.querySelectorAll<HTMLVideoElement>('video[data-ad-id]')) {
      if (known.has(video)) continue
      known.add(video)
      trackVideoAd(video, { ...options, adId: Number(video.dataset.adId) })
    }
  }
})
