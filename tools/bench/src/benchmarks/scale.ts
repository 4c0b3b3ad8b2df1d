import type { Context } from '../context.ts'
import { clicks, produce } from '../load/backlog.ts'
import { clickScript } from '../load/click-script.ts'
import { wrk } from '../load/wrk.ts'
import { type Broker, startBroker } from '../processes/broker.ts'
import { checkBooks, type DatabaseServer, reachPosition, startDatabase, withSql } from '../processes/database.ts'
import { systemOn } from '../processes/system.ts'
import type { Check, Figure, Result } from '../result.ts'

const backlog = 300_000

/** What a second ingest and a second and third writer add. */
export async function scale(context: Context): Promise<Result> {
  const broker = context.open(await startBroker(context.say))
  const server = context.open(await startDatabase(context.say))
  const ingest = await ingests(context, broker, server)
  const writers = await writersOf(context, broker, server)
  return {
    benchmark: 'scale',
    figures: [...ingest.figures, ...writers.figures],
    goals: [],
    checks: [...ingest.checks, ...writers.checks],
    plots: [],
    notes: [
      'everything shares the cores of one machine: what a second process adds here is what was idle, not what a second machine would add',
    ],
  }
}

async function ingests(context: Context, broker: Broker, server: DatabaseServer) {
  const system = await systemOn(context, { broker, server, prefix: 'ingest.' })
  const processes = [await system.startIngest(), await system.startIngest()]
  const script = () => clickScript()
  for (const { url } of processes) await wrk({ url, connections: 64, seconds: 3, script: script() })
  const samples: Record<'one' | 'two', number[]> = { one: [], two: [] }
  let acknowledged = 0
  for (let round = 1; round <= context.rounds; round++) {
    for (const kind of ['one', 'two'] as const) {
      const used = kind === 'one' ? processes.slice(0, 1) : processes
      const measured = await Promise.all(
        used.map(({ url }) => wrk({ url, connections: 64 / used.length, seconds: context.seconds, script: script() })),
      )
      samples[kind].push(measured.reduce((sum, { perSecond }) => sum + perSecond, 0))
      acknowledged += measured.reduce((sum, { requests, refused }) => sum + requests - refused, 0)
      context.say(`round ${round}: ${kind} ingest, ${Math.round(samples[kind].at(-1) ?? 0)} clicks/s`)
    }
  }
  for (const process of processes) await process.stop()
  const stored = await broker.recordsOf(system.topics.click)
  const figures: Figure[] = (['one', 'two'] as const).map((kind) => ({
    name: `${kind} ingest, 64 connections in all`,
    unit: 'clicks/s',
    samples: samples[kind],
    better: 'higher' as const,
  }))
  const checks: Check[] = [
    {
      name: 'ingest: every acknowledged click is in the log',
      ok: stored >= acknowledged,
      detail: `${acknowledged} acknowledged, ${stored} in the log`,
    },
  ]
  return { figures, checks }
}

async function writersOf(context: Context, broker: Broker, server: DatabaseServer) {
  const figures: Figure[] = []
  const checks: Check[] = []
  for (const count of [1, 2, 3]) {
    const system = await systemOn(context, { broker, server, prefix: `writers${count}.` })
    await produce(broker, system.topics.click, clicks(backlog))
    const writers = await Promise.all(Array.from({ length: count }, () => system.startWriter()))
    const perSecond = await withSql(system.database.url, async (sql) => {
      const began = await reachPosition(sql, 1)
      const ended = await reachPosition(sql, backlog)
      return (ended.position - began.position) / ((ended.at - began.at) / 1000)
    })
    for (const writer of writers) await writer.stop()
    context.say(`${count} writer(s): ${Math.round(perSecond)} rows/s`)
    figures.push({
      name: `${count} writer(s), backlog of ${backlog} clicks`,
      unit: 'rows/s',
      samples: [perSecond],
      better: 'higher',
    })
    checks.push(...(await checkBooks(system.database.url, `${count} writer(s)`, { stored: backlog, read: backlog })))
    await system.database.drop()
  }
  return { figures, checks }
}
