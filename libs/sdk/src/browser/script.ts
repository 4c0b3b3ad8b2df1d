import { attempt } from './event-store.ts'
import { trackVideoAd, type Tracking } from './track-video-ad.ts'
import { version } from './version.ts'

// `<script src="https://ads.example.com/tracker.js" data-respect-privacy></script>` tracks every `<video data-ad-id="1">`,
// also those that come later, get or change their ad later, or are in an open shadow root. `data-base-url` and
// `data-visible` say what differs from the defaults.
attempt(() => {
  const script = document.currentScript as HTMLScriptElement | null
  const { baseUrl, visible, respectPrivacy } = script?.dataset ?? {}
  const options = {
    baseUrl: baseUrl ?? (script?.src ? new URL(script.src).origin : location.origin),
    visible: visible ? Number(visible) : undefined,
    respectPrivacy: respectPrivacy !== undefined,
  }
  const trackings = new WeakMap<Element, { adId: string; tracking: Tracking }>()
  const roots = new WeakSet<Node>()
  const observer = new MutationObserver((records) => {
    for (const { type, target, addedNodes } of records)
      for (const node of type === 'attributes' ? [target] : addedNodes) if (node instanceof Element) look(node)
  })
  const { attachShadow } = Element.prototype
  Element.prototype.attachShadow = function (init) {
    const root = attachShadow.call(this, init)
    if (init.mode === 'open') attempt(() => watch(root))
    return root
  }
  Object.assign(window, { adsTracker: { version, trackVideoAd } })
  watch(document)

  function watch(root: Document | ShadowRoot) {
    if (roots.has(root)) return
    roots.add(root)
    observer.observe(root, { childList: true, subtree: true, attributeFilter: ['data-ad-id'] })
    look(root)
  }

  function look(root: ParentNode) {
    for (const node of [root as Element, ...root.querySelectorAll('*')]) {
      if (node.shadowRoot) watch(node.shadowRoot)
      if (node.localName === 'video') follow(node as HTMLVideoElement)
    }
  }

  function follow(video: HTMLVideoElement) {
    const { adId } = video.dataset
    const known = trackings.get(video)
    if (known?.adId === adId) return
    known?.tracking.stop()
    if (adId !== undefined)
      trackings.set(video, { adId, tracking: trackVideoAd(video, { ...options, adId: Number(adId) }) })
    else trackings.delete(video)
  }
})
