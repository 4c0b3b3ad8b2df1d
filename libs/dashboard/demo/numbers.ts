import { type AdStats, type Client, isAdsTrackerError } from '@ads-tracker/sdk'
import { find } from './page.ts'

export type Numbers = ReturnType<typeof followNumbers>
type Rows = Map<number, AdStats>

const calmMs = 1000
const eagerMs = 25

/** Asks for the numbers: once a second, and more often while a click waits to be counted. */
export function followNumbers(client: Client) {
  const listeners = new Set<(rows: Rows) => void>()
  const freshness = find('#freshness')
  let latest: Rows = new Map()
  let timer: ReturnType<typeof setTimeout> | undefined
  let waiting = 0
  let since: Date | undefined
  void look()
  return { onChange, until, hurry, clicksOf: (id: number) => latest.get(id)?.clicks ?? 0 }

  function onChange(listener: (rows: Rows) => void): () => void {
    listeners.add(listener)
    return () => listeners.delete(listener)
  }

  function until(isThere: (rows: Rows) => boolean): Promise<void> {
    return new Promise((resolve) => {
      const end = onChange((rows) => {
        if (!isThere(rows)) return
        end()
        resolve()
      })
    })
  }

  /** Returns what ends the hurry. */
  function hurry(): () => void {
    waiting++
    clearTimeout(timer)
    void look()
    return () => void waiting--
  }

  async function look() {
    try {
      const { rows, ingestLagMs } = await client.getAnalytics()
      latest = new Map(rows.map((row) => [row.ad_id, row]))
      since = new Date()
      for (const listener of listeners) listener(latest)
      freshness.textContent =
        ingestLagMs === undefined ? '' : `The numbers are complete up to ${(ingestLagMs / 1000).toFixed(1)} s ago.`
    } catch (error) {
      const reason = isAdsTrackerError(error) ? error.message : String(error)
      freshness.textContent = since
        ? `offline: numbers from ${since.toLocaleTimeString('en-GB')}. The page retries automatically.`
        : `There are no numbers yet: ${reason}. The page retries automatically.`
    }
    clearTimeout(timer)
    timer = setTimeout(look, document.hidden ? 5 * calmMs : waiting > 0 ? eagerMs : calmMs)
  }
}
