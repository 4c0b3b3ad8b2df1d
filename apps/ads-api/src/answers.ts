import type { Analytics, AnalyticsChanges, AnalyticsQuery } from '@ads-tracker/data'
import { type Answer, answerOf, confirmed, merged } from './answer.ts'
import { createPreparedSet } from './prepared-set.ts'
import { createPrepared } from './prepared.ts'

/** Nothing moved; some ads did; all was read again. */
export type Refresh = 'confirmed' | 'merged' | 'replaced'

export interface AnswersOptions {
  readAnalytics: (query: AnalyticsQuery) => Promise<Analytics>
  readChanges: (since: Analytics) => Promise<AnalyticsChanges>
  /** Milliseconds that an answer of all time may be behind; a window twice as many, up to 25 times where its query is slow. */
  maxAgeMs: number
  /** Windows that are kept at once: the least recently read goes first. */
  capacity?: number
  onRefresh?: (kind: 'all_time' | 'window', result: Refresh) => void
}

export interface Answers {
  /** The answer for the last `minutes`, or for all time. */
  get(minutes?: number): Answer | Promise<Answer>
  /** Whether this window was read recently, so that another reader costs no extra query. */
  isRead(minutes?: number): boolean
  close(): void
}

// Whatever moves numbers without moving the ledger (a repair of rollups) shows after this.
const trustPositionMs = 1000
const pollMs = 2
/** Polls in a row that found nothing new, after which the database is asked as rarely as the age of answers allows. */
const quietAfter = 50

/** One prepared answer for all time, and one for each length of window that is being read. */
export function createAnswers({
  readAnalytics,
  readChanges,
  maxAgeMs,
  capacity = 32,
  onRefresh = () => {},
}: AnswersOptions): Answers {
  let unchanged = 0
  const allTime = createPrepared({
    load: loadAllTime,
    maxAgeMs,
    restMs: () => (unchanged < quietAfter ? pollMs : maxAgeMs),
  })
  const windows = createPreparedSet<Answer>(windowAges(maxAgeMs, capacity))
  return { get, isRead, close }

  // A window moves with the clock, so that no position can tell that it still holds.
  function get(minutes?: number) {
    if (minutes === undefined) return allTime.get()
    return windows.get(String(minutes), (previous) => loadWindow(minutes, previous))
  }

  function isRead(minutes?: number): boolean {
    return minutes === undefined || windows.isRead(String(minutes))
  }

  async function loadAllTime(previous?: Answer & { readAt: number }) {
    const changes = previous && (await readChanges(previous))
    if (
      previous &&
      changes &&
      previous.catalogue === changes.catalogue &&
      changes.asOf.getTime() - previous.readAt < trustPositionMs
    ) {
      const isSame = previous.position === changes.position
      const answer = isSame ? confirmed(previous, changes) : changes.complete ? merged(previous, changes) : undefined
      if (answer) {
        unchanged = isSame ? unchanged + 1 : 0
        onRefresh('all_time', isSame ? 'confirmed' : 'merged')
        return { ...answer, readAt: previous.readAt }
      }
    }
    const answer = answerOf(await readAnalytics({}), previous)
    onRefresh('all_time', 'replaced')
    return { ...answer, readAt: answer.asOf.getTime() }
  }

  async function loadWindow(minutes: number, previous?: Answer) {
    const answer = answerOf(await readAnalytics({ minutes }), previous)
    onRefresh('window', 'replaced')
    return answer
  }

  function close() {
    allTime.stop()
    windows.stop()
  }
}

/** How old windows may be, whose query costs more than that of all time. */
export function windowAges(maxAgeMs: number, capacity: number) {
  return { capacity, maxAgeMs: 2 * maxAgeMs, restMs: 2 * maxAgeMs, oldestMs: 25 * maxAgeMs }
}
