import { type BatchStore, createAd, createBatchStore, createDatabase, type DeadLetterRow } from '@ads-tracker/data'
import { type AdEvent, encodeEvent, uuidv7 } from '@ads-tracker/events'
import type { EventRecord } from '@ads-tracker/kafka'
import { testDatabase } from '@ads-tracker/local-servers'
import { expect, it, onTestFinished } from 'vitest'
import { list } from '../src/commands/dead-letters/list.ts'
import { replay } from '../src/commands/dead-letters/replay.ts'
import { show } from '../src/commands/dead-letters/show.ts'

const topic = 'ads.clicks.v1'

/** A database with one dead letter for each of these values: an unknown ad where it is an event, undecodable else. */
async function withDeadLetters(values: (AdEvent | string)[]) {
  const { url, drop } = await testDatabase()
  const database = createDatabase({ url, max: 1 })
  const store = createBatchStore({ url })
  onTestFinished(async () => {
    await Promise.all([database.close(), store.close()])
    await drop()
  })
  const letters = values.map((value, index): Partial<DeadLetterRow> => {
    const offset = BigInt(index)
    if (typeof value === 'string') return { offset, reason: 'undecodable', eventId: null, value: Buffer.from(value) }
    return { offset, reason: 'unknown_ad', eventId: value.event_id, value: Buffer.from(encodeEvent(value)) }
  })
  await storeDeadLetters(store, letters)
  const lines: string[] = []
  const sent: (EventRecord & { topic: string })[] = []
  const publish = async (to: string, record: EventRecord) => void sent.push({ topic: to, ...record })
  return { database, store, lines, print: (line: string) => void lines.push(line), sent, publish }
}

/** A batch of nothing else. */
async function storeDeadLetters(store: BatchStore, letters: Partial<DeadLetterRow>[]) {
  const deadLetters = letters.map(
    (letter) =>
      ({ range: 0, detail: 'as the test wants it', key: null, headers: { v: '1' }, ...letter }) as DeadLetterRow,
  )
  const firstOffset = deadLetters[0]!.offset
  const nextOffset = firstOffset + BigInt(letters.length)
  const range = { topic, partition: 0, type: 'click' as const, firstOffset, nextOffset, lastTimestamp: Date.now() + 5 }
  await store.apply({ ranges: [range], events: [], deadLetters })
}

function click(adId: number): AdEvent {
  const now = new Date().toISOString()
  const unknown = { ip: null, user_agent: null, playback_time: null }
  return { event_id: uuidv7(), ad_id: adId, occurred_at: now, received_at: now, ...unknown }
}

it('lists and shows what could not be counted', async () => {
  const { database, lines, print } = await withDeadLetters([click(77), 'poison'])
  await list({ database, filter: { pending: true }, limit: 1, print })
  expect(lines[0]).toContain(`${topic}/0/0`)
  expect(lines.slice(1)).toEqual(['... and 1 more (--limit)', '2 dead letters: undecodable 1, unknown_ad 1'])
  await show({ database, print, position: { topic, partition: 0, offset: 1n } })
  expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({ reason: 'undecodable', value: 'poison', event_id: null })
  const missing = show({ database, print, position: { topic, partition: 0, offset: 9n } })
  await expect(missing).rejects.toThrow(`there is no dead letter ${topic}/0/9`)
})

it('sends only what can be counted now, with its own bytes and the record that it repeats', async () => {
  const lost = click(77)
  const { database, lines, print, sent, publish } = await withDeadLetters([lost, 'poison', click(78)])
  await createAd(database, { id: 77, image_url: 'https://example.com/i', target_url: 'https://example.com/' })
  const options = { database, publish, filter: { pending: true }, print }

  await replay({ ...options, dryRun: true })
  expect(sent).toEqual([])
  expect(lines).toContain('would replay 1 dead letters')

  await replay({ ...options, dryRun: false })
  const headers = { v: '1', 'replay-of': `${topic}/0/0` }
  expect(sent).toEqual([{ topic, key: lost.event_id, value: Buffer.from(encodeEvent(lost)), headers }])
  expect(lines.slice(-3)).toEqual([
    'replayed 1 dead letters',
    'left 1 that are no events: they can only be shown',
    'left 1 of ad 78, which does not exist: POST /ads with "id": 78 first',
  ])
})

it('ends although what it sends comes back as dead letters', async () => {
  const { database, store, lines, print } = await withDeadLetters([click(1)])
  await createAd(database, { id: 1, image_url: 'https://example.com/i', target_url: 'https://example.com/' })
  let offset = 1n
  const comesBack = async (_topic: string, { key, value, headers }: EventRecord) => {
    const reason = 'rejected_by_database'
    await storeDeadLetters(store, [{ offset, reason, eventId: key, value: Buffer.from(value), headers }])
    offset += 1n
    if (offset > 9n) throw new Error('it goes on for ever')
  }
  await replay({ database, publish: comesBack, filter: { pending: true }, dryRun: false, print })
  expect(lines.at(-1)).toBe('replayed 1 dead letters')
})
