import { setTimeout as pause } from 'node:timers/promises'
import type { Fault } from '../fault.ts'
import { nextCommit } from '../observe.ts'

/** Each batch is stored whole or not at all. */
export const backendsTerminated: Fault = {
  row: 9,
  name: 'backends-terminated',
  does: 'pg_terminate_backend on connections of the writer at random, for 8 s',
  limit: 10_000,
  async trial({ system, random, say }) {
    const until = performance.now() + 8000
    let terminated = 0
    while (performance.now() < until) {
      const killed = await system.sql`
        select pg_terminate_backend(pid) from (
          select pid from pg_stat_activity where datname = current_database() and usename = 'click_writer' order by state = 'active' desc, random() limit 1
        ) as backend`
      terminated += killed.length
      await pause(random.integer(100, 700))
    }
    say(`${terminated} backends terminated`)
    return nextCommit(system, performance.now(), 30_000)
  },
}
