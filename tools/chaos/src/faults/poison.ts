import { numberOf } from '../database.ts'
import type { Fault } from '../fault.ts'
import { nextCommit } from '../observe.ts'
import { poisons } from '../poisons.ts'
import { until } from '../until.ts'

/** Each becomes a dead letter with its reason, its neighbours are stored, and the consumer never stops. */
export const poison: Fault = {
  row: 12,
  name: 'poison',
  does: 'every kind of bad record straight into Kafka, between good ones',
  limit: 15_000,
  async trial({ system, random, expected, expect }) {
    const all = poisons()
    const wanted = all.length + (await deadLetters())
    const injected = performance.now()
    for (const { reason, message } of all) {
      expected[reason] = (expected[reason] ?? 0) + 1
      const topic = random.pick(Object.values(system.broker.topics))
      await system.broker.produce(topic, [{ ...message, partition: random.integer(0, 5) }])
    }
    await until(`${wanted} dead letters`, async () => (await deadLetters()) === wanted, { within: 30_000 })
    const back = performance.now() - injected
    await nextCommit(system, performance.now(), 20_000)
    const exited = system.writers.some(({ endings }) => endings.length > 0)
    expect(!exited, 'a writer exited because of a bad record')
    return back

    function deadLetters() {
      return numberOf(system.sql`select count(*) from dead_letters`)
    }
  },
}
