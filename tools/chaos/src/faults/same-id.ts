import { uuidv7 } from '@ads-tracker/events'
import { numberOf } from '../database.ts'
import type { Fault, Trial } from '../fault.ts'
import type { SentEvent } from '../journal.ts'
import { send } from '../send.ts'
import { until } from '../until.ts'

/** One click and 202 each time; of two payloads under one id the first is kept, and the other is a conflict. */
export const sameId: Fault = {
  row: 14,
  name: 'same-id',
  does: 'the same id 1 to 5 times in parallel, in one batch too, then with another payload',
  limit: 15_000,
  system: { ingests: 2 },
  async trial(trial) {
    const began = performance.now()
    const cases = (['click', 'impression'] as const).flatMap((type) =>
      [1, 2, 3, 4, 5].map((times) => ({ type, times })),
    )
    await Promise.all(cases.map((each) => check(trial, each.type, each.times)))
    return performance.now() - began
  },
}

async function check({ system, expect, random }: Trial, type: SentEvent['type'], times: number): Promise<void> {
  const { sql, journal, ingests } = system
  const id = uuidv7()
  const event: SentEvent = {
    type,
    event_id: id,
    ad_id: random.integer(1, 20),
    playback_time: times,
    timestamp: new Date(Date.now() - 60_000).toISOString(),
  }
  const url = () => random.pick(ingests).url
  const answers = await Promise.all(Array.from({ length: times }, () => send(journal, url(), [event])))
  expect(
    answers.every(({ status }) => status === 202),
    `the same id ${times} times: ${answers.map(({ status }) => status).join()}`,
  )
  const batch = await send(journal, url(), [event, event])
  expect(
    batch.outcomes.every((outcome) => outcome === 'ok'),
    `the same id twice in a batch: ${batch.outcomes.join()}`,
  )
  await until('it is stored', async () => (await stored()).length > 0, { within: 20_000 })

  const other = await send(journal, url(), [{ ...event, ad_id: event.ad_id === 1 ? 2 : 1, playback_time: 99 }])
  expect(other.status === 202, `the same id with another payload: ${other.status}`)
  const conflicts = () => sql`select from event_conflicts where event_id = ${id} and playback_time = 99`
  await until('a conflict is kept', async () => (await conflicts()).length === 1, { within: 20_000 })
  const [row, ...more] = await stored()
  expect(
    more.length === 0 && row?.playback_time === times && row.ad_id === event.ad_id,
    `the first payload was not kept: ${JSON.stringify([row, ...more])}`,
  )
  await until('every repeat is a duplicate', async () => (await repeats()) === times + 1, { within: 20_000 })

  function stored() {
    return sql<{ ad_id: number; playback_time: number }[]>`
      select ad_id, playback_time from chaos.stored where type = ${type} and event_id = ${id}`
  }

  function repeats() {
    return numberOf(sql`select duplicates from event_repeats where type = ${type} and event_id = ${id}`)
  }
}
