import { numberOf } from '../database.ts'
import type { Fault } from '../fault.ts'
import { until } from '../until.ts'

/** The backlog is read, nothing is skipped, and the numbers become fresh again without help. */
export const writerBacklog: Fault = {
  row: 3,
  name: 'writer-backlog',
  does: 'all writers down under load, then started again',
  limit: 15_000,
  async trial({ system: { writers, sql }, load, random, expect }) {
    await Promise.all(writers.map((writer) => writer.stop(random.chance(0.5) ? 'SIGKILL' : 'SIGTERM')))
    const before = await completeThrough()
    await load.acknowledgedAfter(performance.now() + random.integer(3000, 6000), 20_000)
    expect((await completeThrough()) === before, 'the complete-through mark moved although no writer runs')
    const [started, now] = [performance.now(), Date.now()]
    await Promise.all(writers.map((writer) => writer.start()))
    await until('everything up to now is in the numbers', async () => (await completeThrough()) > now, {
      within: 60_000,
    })
    return performance.now() - started

    function completeThrough() {
      return numberOf(sql`select extract(epoch from min(complete_through)) * 1000 from ledger`)
    }
  },
}
