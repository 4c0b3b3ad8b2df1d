import { setTimeout as pause } from 'node:timers/promises'
import { encodeEvent, eventHeaders } from '@ads-tracker/events'
import { createProducer } from '@ads-tracker/kafka'
import type { Context } from '../context.ts'
import { clickScript, idPrefix } from '../load/click-script.ts'
import { paced } from '../load/paced.ts'
import { wrk } from '../load/wrk.ts'
import { type Broker, startBroker } from '../processes/broker.ts'
import { cpuOf, cpuOfTree, stopwatch } from '../processes/cpu.ts'
import { checkBooks, type DatabaseServer, ledgerPosition, startDatabase, withSql } from '../processes/database.ts'
import { systemOn } from '../processes/system.ts'
import { atLeast, atMost, type Check, type Figure, type Goal, type Result } from '../result.ts'
import { percentile } from '../statistics.ts'

const backlog = 300_000
const sustainedRate = 15_000
/** As page trackers and servers send them. One by one, on two cores that the load shares, a bare route does not take as many everywhere. */
const perRequest = 10

/** What a second ingest and a second and third writer add, and how long the whole keeps up with a fixed rate. */
export async function scale(context: Context): Promise<Result> {
  const broker = context.open(await startBroker(context.say))
  const server = context.open(await startDatabase(context.say))
  const ingest = await ingests(context, broker, server)
  const writers = await writersOf(context, broker, server)
  const sustained = await sustain(context, broker, server)
  return {
    benchmark: 'scale',
    figures: [...ingest.figures, ...writers.figures, ...sustained.figures],
    goals: sustained.goals,
    checks: [...ingest.checks, ...writers.checks, ...sustained.checks],
    plots: sustained.plots,
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
    await fill(broker, system.topics.click)
    const writers = await Promise.all(Array.from({ length: count }, () => system.startWriter()))
    const perSecond = await withSql(system.database.url, async (sql) => {
      const began = await reach(sql, 1)
      const ended = await reach(sql, backlog)
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

async function fill(broker: Broker, topic: string) {
  const producer = createProducer({ kafka: () => broker.kafka, maxQueued: 50_000, deadlineMs: 20_000 })
  const prefix = idPrefix()
  const time = new Date().toISOString()
  const fixed = { occurred_at: time, received_at: time, ip: '192.168.1.0', user_agent: 'bench/1', playback_time: 15.5 }
  for (let from = 0; from < backlog; from += 5000) {
    await Promise.all(
      Array.from({ length: 5000 }, (_, index) => {
        const id = `${prefix}${(from + index).toString(16).padStart(12, '0')}`
        return producer.publish(topic, {
          key: id,
          value: encodeEvent({ event_id: id, ad_id: (index % 1000) + 1, ...fixed }),
          headers: eventHeaders(id),
        })
      }),
    )
  }
  await producer.close()
}

/** Offered = acknowledged = stored at a fixed rate, with load, ingest, broker, writer and database on the same cores. */
async function sustain(context: Context, broker: Broker, server: DatabaseServer) {
  const system = await systemOn(context, { broker, server, prefix: 'sustained.' })
  const [ingest, writer] = await Promise.all([system.startIngest(), system.startWriter()])
  // 5 s a measurement is the quick run; five minutes is `--seconds 50`
  const seconds = context.seconds * 6
  await paced({ url: ingest.url, connections: 64, rate: sustainedRate / 3, seconds: 10, ads: 1000, perRequest }).done
  const load = paced({ url: ingest.url, connections: 128, rate: sustainedRate, seconds, ads: 1000, perRequest })
  const read = stopwatch({
    ingest: () => cpuOf(ingest.pid),
    writer: () => cpuOf(writer.pid),
    broker: () => cpuOf(broker.pid),
    postgres: () => cpuOfTree(server.pid),
  })
  context.say(`${sustainedRate} clicks/s for ${seconds} s, ${perRequest} a request`)
  const lags: [number, number][] = []
  let running = true
  const result = await withSql(system.database.url, async (sql) => {
    const began = performance.now()
    const watching = (async () => {
      for (; running; await pause(250)) {
        const inLog = await broker.recordsOf(system.topics.click)
        lags.push([(performance.now() - began) / 1000, Math.max(0, inLog - (await ledgerPosition(sql)))])
      }
    })()
    const done = await load.done
    running = false
    await watching
    const expected = await broker.recordsOf(system.topics.click)
    await reach(sql, expected)
    return { ...done, expected }
  })
  const used = read()
  const offered = sustainedRate * seconds
  const acknowledged = result.statuses['202'] ?? 0
  const lagSeconds = Math.max(...lags.map(([, lag]) => lag)) / sustainedRate
  const figures: Figure[] = [
    {
      name: `sustained ${sustainedRate} clicks/s for ${seconds} s, ${perRequest} a request: acknowledged of offered`,
      unit: 'ratio',
      samples: [acknowledged / offered],
      better: 'higher',
    },
    { name: 'sustained: lag at most', unit: 's', samples: [lagSeconds], better: 'lower' },
    {
      name: 'sustained: p99 of an acknowledgement',
      unit: 'ms',
      samples: [percentile(result.latencies, 99)],
      better: 'lower',
    },
    ...Object.entries(used).map(([name, time]) => ({
      name: `sustained: CPU of ${name}`,
      unit: 'µs/click',
      samples: [time / acknowledged],
      better: 'lower' as const,
    })),
  ]
  const goals: Goal[] = [
    atLeast(
      `acknowledged of what was offered at ${sustainedRate}/s, ${perRequest} a request`,
      acknowledged / offered,
      1,
    ),
    atMost('lag throughout, s', lagSeconds, 1),
  ]
  const checks = await checkBooks(system.database.url, 'sustained', { read: result.expected })
  return {
    figures,
    goals,
    checks,
    plots: [
      {
        title: 'Lag of the writer',
        x: 's',
        y: 'events',
        series: [{ name: 'in the log, not in the ledger', points: lags }],
      },
    ],
  }
}

async function reach(sql: Parameters<typeof ledgerPosition>[0], wanted: number) {
  for (const deadline = performance.now() + 300_000; performance.now() < deadline; await pause(20)) {
    const position = await ledgerPosition(sql)
    if (position >= wanted) return { position, at: performance.now() }
  }
  throw new Error(`the writers did not reach ${wanted} records in 5 minutes`)
}
