import { createDatabase, type Database, type DatabaseOptions, meaningOf, withDeadline } from '@ads-tracker/data'
import { problem } from '@ads-tracker/service-kit'
import { createGate } from './gate.ts'

/** Called for each failed query. The response is 503 for `unavailable` and 500 for `mistake`. */
export type OnDatabaseError = (error: unknown, kind: 'unavailable' | 'mistake') => void

interface StoreOptions {
  url: string
  ssl?: DatabaseOptions['ssl']
  poolSize: number
  /** Statement timeout in milliseconds. A connection that has not answered half a second later is replaced. */
  timeoutMs: number
  onError?: OnDatabaseError
}

export interface Store {
  /**
   * Runs a function of libs/data. Rejects in time: with the problem `unavailable` or `overloaded`, with the error of a statement
   * that can never succeed, or with what libs/data throws about a period that is no longer kept.
   */
  query<T>(work: (database: Database) => Promise<T>): Promise<T>
  close(): Promise<void>
}

/** A database that may be down for a while: no query waits forever, and connections that do not answer are replaced. */
export function openStore({ url, ssl = false, poolSize, timeoutMs, onError = () => {} }: StoreOptions): Store {
  const gate = createGate({ running: poolSize, waiting: 50 * poolSize, waitMs: timeoutMs })
  let database = open()
  return { query: (work) => gate(() => attempt(work)), close: () => database.close() }

  function open(): Database {
    return createDatabase({ url, ssl, name: 'ads-api', max: poolSize, statementTimeoutMs: timeoutMs })
  }

  async function attempt<T>(work: (database: Database) => Promise<T>): Promise<T> {
    const used = database
    try {
      return await withDeadline(work(used), timeoutMs + 500)
    } catch (error) {
      const meaning = meaningOf(error)
      if (meaning === 'gone') throw error
      if (meaning === 'unreachable') replace(used)
      onError(error, meaning === 'mistake' ? 'mistake' : 'unavailable')
      if (meaning === 'mistake') throw error
      throw problem('unavailable', { detail: 'The database does not answer', cause: error })
    }
  }

  // A half-open socket never reports an error, and after failed connections the driver waits longer each time.
  function replace(dead: Database) {
    if (dead !== database) return
    database = open()
    dead.close().catch(() => {})
  }
}
