import { getJson } from '../data/api.ts'
import { useResource } from '../data/resource.ts'
import { CopyBox } from './copy-box.tsx'
import { FailureNotice } from './failure-notice.tsx'

interface Tracker {
  url: string
  integrity: string
}

/** What to paste into a page, so that the ad is counted there. */
export function Tag({ id }: { id: number }) {
  const { value, failure, retry } = useResource('tracker', (signal) => getJson<Tracker>('/tracker.json', signal))
  return (
    <section class="card" aria-labelledby="tag">
      <div class="card-head">
        <h2 id="tag">Tag</h2>
      </div>
      <p>Paste this into the page that shows the ad. Impressions and clicks are then counted automatically.</p>
      {failure && <FailureNotice failure={failure} retry={retry} />}
      {value && <CopyBox label="Tag of the ad" text={textOf(id, value)} />}
      <p class="muted">
        The origin of the page must be allowed by <code>CORS_ORIGINS</code>.
      </p>
    </section>
  )
}

const textOf = (id: number, { url, integrity }: Tracker): string => `<video data-ad-id="${id}" src="video.mp4"></video>
<script async src="${location.origin}${url}"
  integrity="${integrity}"
  crossorigin="anonymous"></script>`
