import type { ExportDay, ExportedEvent, ExportPageQuery, ExportedType } from '@ads-tracker/data'
import { problem } from '@ads-tracker/service-kit'

export interface ExportStore {
  readDay(type: ExportedType, day: Date): Promise<ExportDay>
  readPage(query: ExportPageQuery): Promise<ExportedEvent[]>
}

export interface Export extends ExportDay {
  /** No more events are expected: another export has the same bytes, unless an event arrives more than a day late. */
  isSettled: boolean
  /** The events in pages. Throws at the end if some events of the day are missing. */
  pages(signal: AbortSignal): AsyncGenerator<ExportedEvent[], void, undefined>
}

const dayMs = 86_400_000
/** Rows encoded without yielding to the event loop. Small, so that other requests need not wait long. */
const pageRows = 2000

/**
 * Checks that the events of a day are kept, and returns what reads them.
 * @throws Problem gone when some of its events are no longer kept
 */
export async function openExport({ readDay, readPage }: ExportStore, type: ExportedType, day: Date): Promise<Export> {
  const found = await readDay(type, day)
  requireKept(found)
  const settledFrom = day.getTime() + 2 * dayMs
  const isSettled = found.completeThrough !== null && found.completeThrough.getTime() > settledFrom
  return { ...found, isSettled, pages }

  async function* pages(signal: AbortSignal): AsyncGenerator<ExportedEvent[], void, undefined> {
    let rows = 0
    let page: ExportedEvent[] = []
    do {
      page = await readPage({ type, day, after: page.at(-1), limit: pageRows, signal })
      rows += page.length
      if (page.length > 0) yield page
    } while (page.length === pageRows)
    const after = await readDay(type, day)
    requireKept(after)
    if (isSettled && (after.counted !== rows || found.counted !== rows))
      throw new Error(
        `exported ${rows} ${type} of ${textOf(day)}, but ${found.counted} were counted before and ${after.counted} after: ` +
          'an event came meanwhile, or the rollups are not right (npm run verify)',
      )
  }

  function requireKept({ firstDay }: ExportDay): void {
    if (!firstDay || day >= firstDay) return
    throw problem('gone', {
      detail: `Events of ${textOf(day)} have been removed; the first complete day is ${textOf(firstDay)}`,
    })
  }
}

export function textOf(day: Date): string {
  return day.toISOString().slice(0, 10)
}
