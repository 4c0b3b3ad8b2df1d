import { runJob } from '@ads-tracker/local-servers'
import type { PartitionEnd } from '../broker.ts'
import { numberOf } from '../database.ts'
import type { Fault, Trial } from '../fault.ts'
import type { Load } from '../load.ts'
import { makeEvent } from '../make-event.ts'
import { metric, statusOf } from '../observe.ts'
import { drained } from '../oracle/oracle.ts'
import { questions } from '../oracle/questions.ts'
import { send } from '../send.ts'
import { until } from '../until.ts'

/** An alarm, not a silent skip; an operator accepts what is gone, and the ledger continues. */
export const otherLog: Fault = {
  row: 21,
  name: 'other-log',
  does: 'the log is truncated beyond what was read, or the topics are recreated',
  quiet: true,
  system: { api: true },
  variants: 2,
  async trial(trial) {
    const { system, startLoad, number } = trial
    const load = startLoad()
    await load.acknowledgedAfter(performance.now() + 2000, 20_000)
    await load.stop()
    await drained(system, 60_000)
    await Promise.all(system.writers.map((writer) => writer.stop()))
    return number % 2 === 0 ? truncated(trial) : recreated(trial)
  },
}

async function truncated({ system, startLoad, random, expect, say }: Trial): Promise<number> {
  const { broker, books, writers } = system
  for (let requests = 0; requests < 12; requests += 1) await loseOne(system, random)
  const ends = await broker.truncate()
  const before = await books()
  const gaps = ends.filter(({ name, high }) => high > (before.get(name) ?? 0n))
  say(`${gaps.length} partitions have lost unread records`)

  const load = startLoad()
  await Promise.all(writers.map((writer) => writer.start()))
  await alarmed(system, 'ledger_gap_partitions', gaps.length)
  const isUnready = async () => (await statusOf(`${writers[0]?.url}/readyz`)) === 503
  await until('the writer says that it is not ready', isUnready, { within: 20_000 })
  await load.acknowledgedAfter(performance.now() + 3000, 20_000)
  const after = await books()
  const skipped = gaps.filter(({ name }) => after.get(name) !== before.get(name))
  expect(skipped.length === 0, `${skipped.length} gaps were skipped without a word`)
  return acceptAll(system, gaps, load)
}

/** One request whose events are acknowledged and then taken out of the log by hand. */
async function loseOne({ journal, ingests, sql }: Trial['system'], random: Trial['random']): Promise<void> {
  const events = Array.from({ length: 5 }, () => makeEvent(random))
  const { ids } = await send(journal, ingests[0]?.url ?? '', events)
  for (const [place, { type }] of events.entries())
    await sql`insert into chaos.destroyed values (${type}, ${ids[place] ?? null})`
}

async function recreated({ system, startLoad, expected, say }: Trial): Promise<number> {
  const { broker, toolEnv, writers } = system
  const old = (await broker.ends()).filter(({ high }) => high > 0n)
  await broker.ask((admin) => admin.deleteTopics({ topics: Object.values(broker.topics) }))
  const areGone = async () => {
    const left = await broker.ask((admin) => admin.listTopics())
    return !Object.values(broker.topics).some((topic) => left.includes(topic))
  }
  await until('the topics are gone', areGone, { within: 20_000, every: 200 })
  await runJob('topics', toolEnv)
  const load = startLoad({ rate: 20 })
  await load.acknowledgedAfter(performance.now(), 30_000)
  await Promise.all(writers.map((writer) => writer.start()))
  await alarmed(system, 'ledger_ahead_partitions', 1)
  const before = performance.now()
  await until('what the new log brings is stored', async () => (await recovered(system)) > 0, { within: 30_000 })
  say(
    `${await recovered(system)} events of the new log were stored ${Math.round(performance.now() - before)} ms after the alarm, before anybody accepted it`,
  )
  const back = await acceptAll(system, old, load)
  expected.recovered = await recovered(system)
  return back
}

async function alarmed({ writers }: Trial['system'], name: string, partitions: number): Promise<void> {
  const value = async () => (await metric(writers[0] as (typeof writers)[number], name)).get('') ?? 0
  await until(`the alarm ${name} of ${partitions} partitions`, async () => (await value()) >= partitions, {
    within: 40_000,
    every: 200,
  })
}

/** Closes the ledger rows by command, as an operator would; resolves with the milliseconds until the next ones have reached the end of the log. */
async function acceptAll(system: Trial['system'], closed: PartitionEnd[], load: Load): Promise<number> {
  await load.stop()
  for (const { topic, partition } of closed)
    await runJob('ledger', system.toolEnv, 'accept', topic, String(partition), '--reason', 'chaos')
  const began = performance.now()
  await drained(system, 60_000)
  return performance.now() - began
}

const recovered = ({ sql }: Trial['system']) => numberOf(questions.recovered(sql))
