import { setTimeout as pause } from 'node:timers/promises'
import type { Fault } from '../fault.ts'
import { nextCommit } from '../observe.ts'

/** The deadline of the client fires, and a new connection works. */
export const halfOpenDatabase: Fault = {
  row: 10,
  name: 'half-open-database',
  does: 'connections of the writer to PostgreSQL go silent without an end',
  system: { proxied: { database: true } },
  limit: 12_000,
  async trial({ system, load, expect, say }) {
    const { proxy } = system.servers.postgres
    // until the writer has all of its connections
    await load.acknowledgedAfter(performance.now() + 3000, 20_000)
    const frozen = proxy.freeze()
    say(`${frozen} connections are half open`)
    expect(frozen > 2, `the writer had ${frozen} connections`)
    const began = performance.now()
    // what had been sent before is committed still
    await pause(300)
    const back = await nextCommit(system, began, 40_000)
    proxy.heal()
    return back
  },
}
