import type { Fault } from '../fault.ts'
import { nextCommit } from '../observe.ts'
import { expectOnly } from './answers.ts'

/** 503 while it is down, and everything resumes by itself. */
export const brokerRestart: Fault = {
  row: 4,
  name: 'broker-restart',
  does: 'kill -9 of the broker under load, or a clean restart',
  variants: 2,
  limit: 10_000,
  async trial({ system, load, number, expect, say }) {
    const { kafka } = system.servers
    const seen = load.watch()
    await (number % 2 === 0 ? kafka.kill() : kafka.stop())
    const down = performance.now()
    await kafka.start()
    say(`the broker was away for ${Math.round(performance.now() - down)} ms`)
    const [back, commit] = await Promise.all([load.acknowledgedAfter(down, 30_000), nextCommit(system, down, 60_000)])
    say(`the writer committed after ${Math.round(commit)} ms`)
    expectOnly(expect, [200, 202, 503], seen(), 'since the broker went')
    return back
  },
}
