import type { Ad, Client } from '@ads-tracker/sdk'
import type { Numbers } from './numbers.ts'
import { copyOf, find } from './page.ts'

const shown = 8

/** Follows clicks from the screen to the numbers, and shows when each got where. */
export function createJourneys(client: Client, numbers: Numbers) {
  const list = find('#journeys')
  const pending = new Map<number, number>()
  const delivered = new Map<string, () => void>()
  addEventListener('ads-tracker:delivered', (event) =>
    delivered.get((event as CustomEvent<{ eventId: string }>).detail.eventId)?.(),
  )
  return { begin }

  function begin(ad: Ad, eventId: string, playbackTime: number) {
    find('#no-journeys').hidden = true
    const element = copyOf('#journey')
    const clickedAt = performance.now()
    const reach = (station: string) => {
      const item = find(`[data-station=${station}]`, element)
      item.classList.add('reached')
      const after = item.querySelector('span')
      if (after) after.textContent = `after ${Math.max(1, Math.round(performance.now() - clickedAt))} ms`
    }
    find('strong', element).textContent = ad.name ?? `Ad ${ad.id}`
    find('p .muted', element).textContent = `at ${playbackTime.toFixed(1)} s`
    list.prepend(element)
    for (const old of [...list.children].slice(shown)) old.remove()
    reach('sent')
    const add = (more: number) => pending.set(ad.id, (pending.get(ad.id) ?? 0) + more).get(ad.id)!
    const expected = numbers.clicksOf(ad.id) + add(1)
    delivered.set(eventId, () => {
      delivered.delete(eventId)
      reach('recorded')
      void counted(ad, eventId, expected)
        .then(() => reach('counted'))
        .finally(() => add(-1))
    })
  }

  // A receipt that is not there yet would be an error in the console: it is asked for when the number has got there.
  async function counted(ad: Ad, eventId: string, expected: number): Promise<void> {
    const endHurry = numbers.hurry()
    try {
      await numbers.until((rows) => (rows.get(ad.id)?.clicks ?? 0) >= expected)
      while (!(await isCounted(eventId))) await new Promise((resolve) => setTimeout(resolve, 250))
    } finally {
      endHurry()
    }
  }

  async function isCounted(eventId: string): Promise<boolean> {
    const { receipts } = await client.getReceipt(eventId).catch(() => ({ receipts: [] }))
    return receipts.some(({ status }) => status === 'counted')
  }
}
