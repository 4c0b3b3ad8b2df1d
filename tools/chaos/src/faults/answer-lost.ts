import { numberOf } from '../database.ts'
import type { Fault } from '../fault.ts'
import { until } from '../until.ts'

/** The record is in the log but the client got no answer; the retry with the same id counts once. */
export const answerLost: Fault = {
  row: 7,
  name: 'answer-lost',
  does: 'answers to produce requests get lost after the append: the connection breaks, or they never come',
  system: { proxied: { kafka: true } },
  variants: 2,
  async trial({ system, load, random, number, expect, say }) {
    const { proxy } = system.servers.kafka
    const before = await duplicates()
    let lost = 0
    proxy.loseAnswers(() => {
      if (!random.chance(0.1)) return 'pass'
      lost += 1
      return number % 2 === 0 ? 'close' : 'swallow'
    })
    await load.acknowledgedAfter(performance.now() + 8000, 30_000)
    proxy.heal()
    say(`${lost} answers lost`)
    expect(lost > 0, 'no answer was lost: the proxy saw none')
    await until('the repeated records are known as duplicates', async () => (await duplicates()) > before, {
      within: 20_000,
    })
    return undefined

    function duplicates() {
      return numberOf(system.sql`select sum(duplicates) from ledger`)
    }
  },
}
