import { setTimeout as pause } from 'node:timers/promises'
import type { Fault } from '../fault.ts'
import { nextCommit } from '../observe.ts'
import { expectOnly } from './answers.ts'

const ways = ['kill -9', 'an immediate stop', 'an outage'] as const

/** Ingest does not notice; the writer retries and reads on. */
export const postgresDies: Fault = {
  row: 8,
  name: 'postgres-dies',
  does: 'kill -9 or an immediate stop of PostgreSQL, or no database for a while (15 s for each of --minutes)',
  variants: ways.length,
  limit: 10_000,
  async trial({ system, load, number, minutes, expect, say }) {
    const { postgres } = system.servers
    const way = ways[number % ways.length]
    const seen = load.watch()
    if (way === 'kill -9') await postgres.kill()
    else {
      postgres.signal('SIGQUIT')
      await postgres.exited()
    }
    if (way === 'an outage') await pause(minutes * 15_000)
    const started = performance.now()
    await postgres.start()
    say(`${way}: ready ${Math.round(performance.now() - started)} ms after its start`)
    const back = await nextCommit(system, started, 60_000)
    const answers = seen()
    expect(answers.length > 0, 'ingest answered nothing while the database was away')
    expectOnly(expect, [200, 202], answers, 'while the database was away')
    const exited = system.writers.some(({ endings }) => endings.length > 0)
    expect(!exited, 'a writer exited because the database was away')
    return back
  },
}
