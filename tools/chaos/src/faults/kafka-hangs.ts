import { setTimeout as pause } from 'node:timers/promises'
import type { Fault } from '../fault.ts'
import { nextCommit } from '../observe.ts'
import { expectOnly, slowest } from './answers.ts'

/** 503 by the deadline, 202 again within 10 s of its return. */
export const kafkaHangs: Fault = {
  row: 6,
  name: 'kafka-hangs',
  does: 'SIGSTOP of the broker for some seconds, then SIGCONT',
  limit: 10_000,
  async trial({ system, load, random, expect, patience, say }) {
    const { kafka } = system.servers
    const seen = load.watch()
    kafka.signal('SIGSTOP')
    await pause(random.integer(4000, 9000))
    kafka.signal('SIGCONT')
    const continued = performance.now()
    const back = await load.acknowledgedAfter(continued, 30_000)
    const commit = await nextCommit(system, continued, 90_000)
    say(`the writer committed after ${Math.round(commit)} ms`)
    expect(commit < 20_000 * patience, `the writer needed ${Math.round(commit)} ms to go on`)
    const answers = seen()
    expectOnly(expect, [200, 202, 503], answers, 'while the broker hangs')
    expect(slowest(answers) < 3000 * patience, `an answer took ${Math.round(slowest(answers))} ms`)
    return back
  },
}
