import type { Ad } from '@ads-tracker/sdk'
import { useRef, useState } from 'preact/hooks'
import { archiveAd } from '../data/api.ts'
import { type Failure, failureOf } from '../data/failure.ts'
import { navigate } from '../data/location.ts'
import { titleOf } from '../data/rows.ts'
import { FailureNotice } from './failure-notice.tsx'

/** Archives an ad after a question: it cannot be taken back. */
export function ArchiveAd({ ad }: { ad: Ad }) {
  const dialog = useRef<HTMLDialogElement>(null)
  const [failure, setFailure] = useState<Failure>()
  const title = titleOf({ ...ad, ad_id: ad.id })
  async function archive() {
    dialog.current?.close()
    try {
      await archiveAd(ad.id)
      navigate('/manage')
    } catch (error) {
      setFailure(failureOf(error))
    }
  }
  return (
    <section class="card" aria-labelledby="archive">
      <h2 id="archive">Archive</h2>
      <p>It is permanently removed from the list. Its numbers stay, and its events still count.</p>
      {failure && <FailureNotice failure={failure} retry={() => void archive()} />}
      <button type="button" class="danger" onClick={() => dialog.current?.showModal()}>
        Archive this ad
      </button>
      <dialog ref={dialog} aria-labelledby="archive-question">
        <h2 id="archive-question">Archive “{title}”?</h2>
        <p>This cannot be undone.</p>
        <div class="row">
          <button type="button" class="danger" onClick={() => void archive()}>
            Archive
          </button>
          <button type="button" onClick={() => dialog.current?.close()}>
            Keep it
          </button>
        </div>
      </dialog>
    </section>
  )
}
