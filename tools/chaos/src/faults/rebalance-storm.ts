import { setTimeout as pause } from 'node:timers/promises'
import type { Fault, Trial } from '../fault.ts'
import type { SupervisedApp } from '../supervised-app.ts'
import { until } from '../until.ts'

/** There is progress, and nothing is doubled: only PostgreSQL can tell a zombie. */
export const rebalanceStorm: Fault = {
  row: 11,
  name: 'rebalance-storm',
  does: 'a writer that sleeps beyond its session and wakes up again, or writers that come and go for 10 s',
  system: { writers: 2 },
  variants: 2,
  limit: 25_000,
  trial: (trial) => (trial.number % 2 === 0 ? zombie(trial) : storm(trial)),
}

async function zombie({ system, load, random, say }: Trial): Promise<number> {
  const sleeper = random.pick(system.writers)
  sleeper.signal('SIGSTOP')
  const asleep = performance.now()
  const back = await readBeyond(system, load, asleep)
  say(`all partitions are read again ${Math.round(back)} ms after a writer fell asleep`)
  await pause(Math.max(0, 14_000 - back))
  sleeper.signal('SIGCONT')
  await readBeyond(system, load, performance.now() + 2000)
  return back
}

async function storm({ system, load, random }: Trial): Promise<number> {
  const extra = await Promise.all([system.newWriter(), system.newWriter()])
  const over = performance.now() + 10_000
  while (performance.now() < over) {
    await toggle(random.pick(extra), random.chance(0.5) ? 'SIGTERM' : 'SIGKILL')
    await pause(random.integer(300, 1500))
  }
  await Promise.all(extra.map((writer) => writer.stop('SIGKILL')))
  return readBeyond(system, load, performance.now())
}

async function toggle(writer: SupervisedApp, signal: NodeJS.Signals): Promise<void> {
  if (writer.running()) await writer.stop(signal)
  else await writer.start()
}

/** Milliseconds from `since` until every partition is read to where its log reaches a second later. */
async function readBeyond({ broker, books }: Trial['system'], load: Trial['load'], since: number): Promise<number> {
  await load.acknowledgedAfter(since + 1000, 30_000)
  const ends = await broker.ends()
  const isRead = async () => {
    const read = await books()
    return ends.every(({ name, high }) => (read.get(name) ?? 0n) >= high)
  }
  await until('every partition is read', isRead, { within: 60_000, every: 50 })
  return performance.now() - since
}
