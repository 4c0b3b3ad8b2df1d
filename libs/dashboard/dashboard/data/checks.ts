import { formatCount, formatMark } from './format.ts'
import type { Resource } from './resource.ts'

export interface Check {
  title: string
  state: 'good' | 'warning' | 'bad' | 'unknown'
  text: string
}
export interface Readiness {
  status: string
  dependencies: Record<string, string>
}
export interface Books {
  balanced: boolean
  off_by: number
  counted: number
  duplicates: number
  conflicts: number
  dead_letters: number
  waiting_dead_letters: { reason: string; count: number }[]
  complete_through: string | null
  /** When this was read. */
  at: number
}

const lateMs = 15_000
const names: Record<string, string> = { postgres: 'the database', schema: 'the tables', kafka: 'the log (Kafka)' }
const reasons: Record<string, string> = {
  undecodable: 'could not be read',
  schema_invalid: 'did not have the form of an event',
  unknown_ad: 'name an ad that does not exist',
  rejected_by_database: 'have values that the database does not accept',
}

/** Whether a service can do its work, from its `/readyz`. */
export function readyCheck(subject: string, can: string, { value, failure }: Resource<Readiness>): Check {
  const title = `${subject} ${can}`
  if (failure) return { title, state: 'bad', text: `Not at the moment. ${failure.message}` }
  if (!value) return { title, state: 'unknown', text: 'Checking…' }
  const down = Object.entries(value.dependencies).filter(([, state]) => state !== 'up')
  const needed = Object.keys(value.dependencies).map((name) => names[name] ?? name)
  if (down.length === 0) return { title, state: 'good', text: `Running, with ${needed.join(' and ')}.` }
  const causes = down.map(([name, state]) => `${names[name] ?? name}: ${state}`)
  return { title, state: 'bad', text: `Not at the moment: ${causes.join('; ')}.` }
}

/** How old the numbers are. */
export function freshnessCheck({ value, failure }: Resource<Books>): Check {
  const title = 'The numbers are fresh'
  if (!value) return unknown(title, failure?.message)
  if (value.complete_through === null) return { title, state: 'warning', text: 'No event has been read yet.' }
  const mark = Date.parse(value.complete_through)
  const age = Math.max(0, value.at - mark)
  const text = `Complete up to ${formatMark(mark, undefined, value.at)}.`
  if (age <= lateMs) return { title, state: 'good', text }
  return {
    title,
    state: 'bad',
    text: `${text} Accepted events are safe in the log, and wait to be counted. The writer is stopped or is catching up.`,
  }
}

/** Whether all that was read is accounted for. */
export function booksCheck({ value, failure }: Resource<Books>): Check {
  const title = 'The ledger balances'
  if (!value) return unknown(title, failure?.message)
  const { counted, duplicates, conflicts, dead_letters } = value
  const parts = [
    `${formatCount(counted)} counted`,
    `${formatCount(duplicates)} sent again`,
    `${formatCount(conflicts)} sent again with other content`,
    `${formatCount(dead_letters)} dead letters`,
  ]
  const text = `${formatCount(counted + duplicates + conflicts + dead_letters)} events were read: ${parts.join(', ')}.`
  if (value.balanced) return { title, state: 'good', text }
  return {
    title,
    state: 'bad',
    text: `The ledger is off by ${formatCount(value.off_by)}. ${text} Run: npm run ledger.`,
  }
}

/** What could not be counted. */
export function deadLettersCheck({ value, failure }: Resource<Books>): Check {
  const title = 'No dead letters are waiting'
  if (!value) return unknown(title, failure?.message)
  const waiting = value.waiting_dead_letters.reduce((sum, { count }) => sum + count, 0)
  if (waiting === 0) return { title, state: 'good', text: 'There is no dead letter to replay.' }
  const parts = value.waiting_dead_letters.map(
    ({ reason, count }) => `${formatCount(count)} ${reasons[reason] ?? reason}`,
  )
  return {
    title: waiting === 1 ? 'One dead letter waits' : `${formatCount(waiting)} dead letters wait`,
    state: 'warning',
    text: `Accepted and not counted: ${parts.join(', ')}. See: npm run dead-letters -- list.`,
  }
}

const unknown = (title: string, text = 'Checking…'): Check => ({ title, state: 'unknown', text })
