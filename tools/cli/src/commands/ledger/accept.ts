import { acceptLedger, type ClosedBook, type Database } from '@ads-tracker/data'
import type { Admin } from '@ads-tracker/kafka'
import { ConfigError } from '@ads-tracker/service-kit'

interface AcceptOptions {
  database: Database
  admin: Pick<Admin, 'offsets'>
  topic: string
  partition: number
  reason: string
  recreated: boolean
  print: (line: string) => void
}

/** Asks the broker where the log begins and ends, and closes the book that it no longer continues. */
export async function accept({ database, admin, print, ...which }: AcceptOptions): Promise<void> {
  const { topic, partition } = which
  const log = (await admin.offsets(topic)).find((each) => each.partition === partition)
  if (!log) throw new ConfigError([`the broker has no partition ${partition} of ${topic}`])
  const closed = await acceptLedger(database, { ...which, begin: log.low, end: log.high })
  print(describe(closed, `${topic}/${partition}`))
  print(`the new ledger begins at ${log.low}; the writer continues by itself`)
}

function describe({ cause, missing, nextOffset }: ClosedBook, name: string): string {
  return cause === 'gap'
    ? `closed the ledger of ${name} at ${nextOffset}: ${missing} records were removed before they were read`
    : `closed the ledger of ${name} at ${nextOffset}: the topic was recreated`
}
