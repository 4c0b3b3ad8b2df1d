import {
  type Database,
  type DeadLetter,
  type DeadLetterFilter,
  existingAds,
  listDeadLetters,
  newestArrival,
} from '@ads-tracker/data'
import { decodeEvent } from '@ads-tracker/events'
import type { EventProducer } from '@ads-tracker/kafka'
import { nameOf } from './list.ts'

interface ReplayOptions {
  database: Database
  publish: EventProducer['publish']
  filter: DeadLetterFilter
  dryRun: boolean
  print: (line: string) => void
}

interface Tally {
  sent: number
  unreadable: number
  withoutAd: Map<number, number>
}

const pageSize = 500

/**
 * Sends dead letters through Kafka once more, with their own bytes and a header that names the record they repeat. The
 * writer counts each like any other record and marks the dead letter in the same statement, so that a replay that is
 * repeated or interrupted counts nothing twice. What would fail again, for want of an ad or because it is no event, is left
 * where it is.
 */
export async function replay({ database, publish, filter, dryRun, print }: ReplayOptions): Promise<Tally> {
  const tally: Tally = { sent: 0, unreadable: 0, withoutAd: new Map() }
  for await (const page of pages(database, filter)) {
    const ready = await sortOut(database, page, tally)
    if (!dryRun) await Promise.all(ready.map((letter) => send(publish, letter)))
    tally.sent += ready.length
    print(`${dryRun ? 'would send' : 'sent'} ${tally.sent}, the last one ${nameOf(page.at(-1) as DeadLetter)}`)
  }
  for (const line of summary(tally, dryRun)) print(line)
  return tally
}

async function* pages(database: Database, filter: DeadLetterFilter) {
  const newest = await newestArrival(database, filter)
  if (newest === null) return
  // what fails again comes back as a letter further on: it is not for this run
  const there = { ...filter, arrivedBefore: new Date(newest.getTime() + 1) }
  let after: DeadLetter | undefined
  do {
    const page = await listDeadLetters(database, there, { limit: pageSize, ...(after && { after }) })
    after = page.at(-1)
    if (page.length > 0) yield page
  } while (after)
}

async function sortOut(database: Database, page: DeadLetter[], tally: Tally): Promise<DeadLetter[]> {
  const readable = page.flatMap((letter) => {
    const decoded = decodeEvent(letter.value)
    return decoded.ok ? { letter, ad: decoded.event.ad_id } : []
  })
  tally.unreadable += page.length - readable.length
  const known = await existingAds(database, [...new Set(readable.map(({ ad }) => ad))])
  for (const { ad } of readable) if (!known.has(ad)) tally.withoutAd.set(ad, (tally.withoutAd.get(ad) ?? 0) + 1)
  return readable.filter(({ ad }) => known.has(ad)).map(({ letter }) => letter)
}

function send(publish: EventProducer['publish'], letter: DeadLetter): Promise<void> {
  const headers = { ...letter.headers, 'replay-of': nameOf(letter) }
  return publish(letter.topic, { key: letter.eventId as string, value: letter.value as Buffer, headers })
}

function* summary({ sent, unreadable, withoutAd }: Tally, dryRun: boolean) {
  yield `${dryRun ? 'would replay' : 'replayed'} ${sent} dead letters`
  if (unreadable > 0) yield `left ${unreadable} that are no events: they can only be shown`
  for (const [ad, letters] of withoutAd)
    yield `left ${letters} of ad ${ad}, which does not exist: POST /ads with "id": ${ad} first`
}
