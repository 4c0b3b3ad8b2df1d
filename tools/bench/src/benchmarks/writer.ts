import type { AdEvent } from '@ads-tracker/events'
import type { Context } from '../context.ts'
import { copyRows } from '../contenders/copy-floor.ts'
import {
  type Debezium,
  type DebeziumJob,
  lackingForDebezium,
  startDebezium,
  type Stored,
} from '../contenders/debezium.ts'
import { clicks, produce } from '../load/backlog.ts'
import { startBroker } from '../processes/broker.ts'
import { cpuOf, cpuOfTree, stopwatch } from '../processes/cpu.ts'
import { checkBooks, reachPosition, startDatabase, withSql } from '../processes/database.ts'
import { systemOn } from '../processes/system.ts'
import { atLeast, type Check, type Figure, type Result } from '../result.ts'
import { median, ratios } from '../statistics.ts'

const backlog = 1_000_000
const repeatEvery = 10

/** A backlog of a million clicks, a tenth of them repeats, stored with all books; against `\copy` and Debezium, which insert the same rows, and against Debezium with repeats and rollups. */
export async function writer(context: Context): Promise<Result> {
  const broker = context.open(await startBroker(context.say))
  const server = context.open(await startDatabase(context.say))
  const samples = {
    writer: [] as number[],
    floor: [] as number[],
    floorCpu: [] as number[],
    node: [] as number[],
    postgres: [] as number[],
    kafka: [] as number[],
  }
  const checks: Check[] = []
  const lacking = await lackingForDebezium(context.say)
  const contenders: { job: DebeziumJob; sink: Debezium; stored: Stored[] }[] = []
  for (const job of lacking === undefined ? (['insert only', 'same job'] as const) : []) {
    const sink = context.open(await startDebezium(broker, server, job))
    context.say(`warming up Debezium, ${job}`)
    await sink.store(backlogOf(job, clicks(backlog / 2, repeatEvery)))
    contenders.push({ job, sink, stored: [] })
  }
  for (let round = 1; round <= context.rounds; round++) {
    const system = await systemOn(context, { broker, server, prefix: `round${round}.` })
    const events = clicks(backlog, repeatEvery)
    context.say(`round ${round}: writing the backlog`)
    await produce(broker, system.topics.click, events)
    const fresh = backlogOf('insert only', events)
    const floor = await copyRows(server, fresh)
    samples.floor.push(floor.perSecond)
    samples.floorCpu.push(floor.microseconds)
    const app = await system.startWriter()
    const measured = await withSql(system.database.url, async (sql) => {
      const began = await reachPosition(sql, 1)
      const read = stopwatch({
        node: () => cpuOf(app.pid),
        postgres: () => cpuOfTree(server.pid),
        kafka: () => cpuOf(broker.pid),
      })
      const ended = await reachPosition(sql, backlog)
      return { rows: ended.position - began.position, seconds: (ended.at - began.at) / 1000, cpu: read() }
    })
    samples.writer.push(measured.rows / measured.seconds)
    for (const name of ['node', 'postgres', 'kafka'] as const)
      samples[name].push((measured.cpu[name] ?? NaN) / measured.rows)
    context.say(
      `round ${round}: ${Math.round(measured.rows / measured.seconds)} rows/s, \\copy ${Math.round(floor.perSecond)} rows/s`,
    )
    await app.stop()
    checks.push(...(await checkBooks(system.database.url, `round ${round}`, { stored: fresh.length, read: backlog })))
    await system.database.drop()
    for (const { job, sink, stored } of contenders) {
      const taken = await sink.store(backlogOf(job, events))
      stored.push(taken)
      context.say(`round ${round}: Debezium, ${job}, ${Math.round(taken.perSecond)} rows/s`)
      checks.push({
        name: `round ${round}: Debezium, ${job}, stored the rows of \\copy, and its rollups equal them`,
        ok: taken.contents === floor.contents && taken.differences === 0,
        detail: `${taken.contents}, ${taken.differences} differences`,
      })
    }
  }
  const toFloor = ratios(samples.writer, samples.floor)
  const against = contenders.map(({ job, stored }) => ({
    job,
    stored,
    ratio: ratios(
      samples.writer,
      stored.map((each) => each.perSecond),
    ),
  }))
  return {
    benchmark: 'writer',
    figures: [
      { name: 'writer / \\copy', unit: 'ratio', samples: toFloor, better: 'higher' },
      { name: 'writer', unit: 'rows/s', samples: samples.writer, better: 'higher' },
      { name: '\\copy into the same key, nothing else', unit: 'rows/s', samples: samples.floor },
      { name: 'CPU of PostgreSQL for \\copy', unit: 'µs/row', samples: samples.floorCpu },
      { name: 'CPU of the writer', unit: 'µs/click', samples: samples.node, better: 'lower' },
      { name: 'CPU of PostgreSQL', unit: 'µs/click', samples: samples.postgres, better: 'lower' },
      { name: 'CPU of the broker', unit: 'µs/click', samples: samples.kafka, better: 'lower' },
      ...against.flatMap(({ job, stored, ratio }) => figuresOf(job, stored, ratio)),
    ],
    goals: [
      atLeast('backlog of 1 million with 10 % repeats, against \\copy', median(toFloor), 0.5),
      ...against.map(({ job, ratio }) =>
        atLeast(`against Debezium's JDBC sink with two tasks, ${job}`, median(ratio), job === 'same job' ? 2 : 0.8),
      ),
    ],
    checks,
    plots: [],
    notes: [...(lacking === undefined ? [] : [`Debezium was not measured: ${lacking}`])],
  }
}

function figuresOf(job: DebeziumJob, stored: Stored[], ratio: number[]): Figure[] {
  const name = `Debezium's JDBC sink, two tasks, ${job}`
  return [
    { name: `writer / ${name}`, unit: 'ratio', samples: ratio, better: 'higher' },
    { name, unit: 'rows/s', samples: stored.map((each) => each.perSecond) },
    {
      name: `CPU of Kafka Connect for Debezium, ${job}`,
      unit: 'µs/row',
      samples: stored.map((each) => each.connectCpu),
    },
    { name: `CPU of PostgreSQL for Debezium, ${job}`, unit: 'µs/row', samples: stored.map((each) => each.postgresCpu) },
  ]
}

/** Plain inserts cannot take repeats. Those that can end with new clicks, by which it is known that all is stored. */
function backlogOf(job: DebeziumJob, events: AdEvent[]): AdEvent[] {
  const fresh = events.slice(0, events.length - events.length / repeatEvery)
  if (job === 'insert only') return fresh
  const last = 100
  return [...fresh.slice(0, -last), ...events.slice(fresh.length), ...fresh.slice(-last)]
}
