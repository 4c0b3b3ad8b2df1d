import { numberOf } from '../database.ts'
import type { Fault, Trial } from '../fault.ts'
import { nextCommit } from '../observe.ts'
import { arm, steps, stepsEnvironment } from '../variants/steps.ts'
import { until } from '../until.ts'

/** It reads again what was not committed, and nothing is doubled. */
export const killWriter: Fault = {
  row: 2,
  name: 'kill-writer',
  does: 'kill -9 of click-writer at each step of a batch, and while its statement goes on without it',
  system: { variant: { writer: 'mortal-writer' }, env: { writer: stepsEnvironment } },
  variants: steps.length + 1,
  limit: 12_000,
  async trial(trial) {
    const { system, number, say } = trial
    const step = steps[number % (steps.length + 1)]
    say(`dies ${step ?? 'while its statement waits for a lock'}`)
    const [writer] = system.writers
    if (step === undefined) {
      const killed = await killWhileWaiting(trial)
      return nextCommit(system, killed, 30_000)
    }
    const before = writer?.endings.length ?? 0
    arm(step)
    // a group assigns partitions only when a member joins
    if (step === 'assigned') writer?.signal('SIGTERM')
    const isDead = () => writer?.endings.slice(before).includes('SIGKILL')
    await until('the writer dies at its step', isDead, { within: 20_000, every: 2 })
    return nextCommit(system, performance.now(), 30_000)
  },
}

// The statement outlives the process: it is committed after the lock is gone, when the next writer may be at work already.
async function killWhileWaiting({ system }: Trial): Promise<number> {
  const [writer] = system.writers
  let killed = 0
  await system.sql.begin(async (lock) => {
    await lock`lock table rollup_deltas in exclusive mode`
    const waiting = () => backends('wait_event_type', 'Lock')
    await until('a statement waits for the lock', async () => (await waiting()) > 0, { within: 10_000, every: 10 })
    await writer?.kill()
    killed = performance.now()
  })
  // its commit is not the one of the next writer
  const active = () => backends('state', 'active')
  await until('the orphaned statement ends', async () => (await active()) === 0, { within: 10_000, every: 5 })
  return killed

  function backends(column: string, value: string) {
    return numberOf(system.sql`
      select count(*) from pg_stat_activity
      where datname = current_database() and usename = 'click_writer' and ${system.sql(column)} = ${value}`)
  }
}
