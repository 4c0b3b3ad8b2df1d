import { createBatchStore } from '@ads-tracker/data'
import { type AdEvent, uuidv7 } from '@ads-tracker/events'
import { applyBefore } from '../contenders/apply-batch-before.ts'
import { copyRows } from '../contenders/copy-floor.ts'
import type { Context } from '../context.ts'
import { createUserAgents } from '../load/user-agents.ts'
import { cpuOf } from '../processes/cpu.ts'
import { checkBooks, type DatabaseServer, startDatabase, withSql } from '../processes/database.ts'
import { atLeast, atMost, type Check, type Figure, type Result } from '../result.ts'
import { median } from '../statistics.ts'

interface Load {
  name: string
  batch: number
  batches: number
  /** Part of the clicks that repeat earlier ones. */
  repeats: number
  /** Of one batch or of one click. */
  per: 'batch' | 'click'
  goal: number
}

const ads = 1000
const copied = 100_000
const loads: Load[] = [
  { name: 'batch of 10', batch: 10, batches: 2000, repeats: 0, per: 'batch', goal: 0.6 },
  { name: 'batch of 50', batch: 50, batches: 1000, repeats: 0, per: 'batch', goal: 1.2 },
  { name: 'batch of 200', batch: 200, batches: 400, repeats: 0, per: 'batch', goal: 2.8 },
  { name: 'backlog without repeats', batch: 10_000, batches: 20, repeats: 0, per: 'click', goal: 9 },
  { name: 'backlog with 10 % repeats', batch: 10_000, batches: 20, repeats: 0.1, per: 'click', goal: 12 },
]

interface Cost {
  /** Milliseconds for a batch, microseconds for a click. */
  cpu: number
  walBytes: number
}

interface Contender {
  apply(events: AdEvent[], first: number): Promise<void>
  /** Called after each batch, and once with `true` after the last. */
  fold(all?: boolean): Promise<void>
  close(): Promise<void>
}

/** What PostgreSQL pays to store clicks: CPU of its backends, the fold included, and bytes of its log; the version before in turns. */
export async function store(context: Context): Promise<Result> {
  const server = context.open(await startDatabase(context.say))
  const costs = new Map<string, Cost[]>()
  const copies: number[] = []
  const checks: Check[] = []
  for (let round = 1; round <= context.rounds; round++) {
    copies.push((await copyRows(server, clicks(copied, 0))).microseconds)
    for (const load of loads) {
      for (const [name, open] of [
        ['before', before],
        ['now', now],
      ] as const) {
        const { cost, check } = await measure(server, load, open)
        const key = `${load.name}, ${name}`
        costs.set(key, [...(costs.get(key) ?? []), cost])
        if (round === 1) checks.push(...check.map((each) => ({ ...each, name: `${key}: ${each.name}` })))
        context.say(
          `round ${round}: ${key}: ${cost.cpu.toFixed(2)} ${unitOf(load)}, ${cost.walBytes.toFixed(0)} B WAL a click`,
        )
      }
    }
  }
  return { benchmark: 'store', checks, plots: [], notes: [], ...summary(costs, copies) }
}

async function measure(server: DatabaseServer, load: Load, open: (url: string, load: Load) => Contender) {
  const database = await server.fresh(ads)
  const contender = open(database.clickWriterUrl, load)
  const { batch, batches } = load
  // plans and catalogue caches of the connections
  const warmUp = 20
  const events = clicks((warmUp + batches) * batch, load.repeats)
  const part = (index: number) => events.slice(index * batch, (index + 1) * batch)
  const cost = await withSql(database.url, async (sql) => {
    for (let index = 0; index < warmUp; index++) await contender.apply(part(index), index * batch)
    await contender.fold(true)
    const pids = (
      await sql`select pid from pg_stat_activity where application_name like 'bench %' and datname = current_database()`
    ).map(({ pid }) => Number(pid))
    const used = () => pids.reduce((sum, pid) => sum + cpuOf(pid), 0)
    const [{ lsn }] = await sql<[{ lsn: string }]>`select pg_current_wal_lsn()::text as lsn`
    const start = used()
    for (let index = warmUp; index < warmUp + batches; index++) {
      await contender.apply(part(index), index * batch)
      await contender.fold()
    }
    await contender.fold(true)
    const microseconds = used() - start
    const [{ bytes }] = await sql<
      [{ bytes: number }]
    >`select pg_wal_lsn_diff(pg_current_wal_lsn(), ${lsn}::pg_lsn)::float8 as bytes`
    return {
      cpu: load.per === 'batch' ? microseconds / 1000 / batches : microseconds / (batches * batch),
      walBytes: bytes / (batches * batch),
    }
  })
  const check = await checkBooks(database.url, 'books', { read: events.length })
  await contender.close()
  await database.drop()
  return { cost, check }
}

function before(url: string): Contender {
  return { ...applyBefore(url), fold: async () => {} }
}

// The fold is asked for as often as in production, four times a second, at 1,000 clicks/s; a backlog has some ten batches a second.
function now(url: string, { batch }: Load): Contender {
  const [writer, folder] = ['bench writer', 'bench folder'].map((name) => createBatchStore({ url, name }))
  const foldEvery = Math.max(batch > 1000 ? 3 : 1, Math.round(250 / batch))
  let batches = 0
  return {
    async apply(events, first) {
      const range = { firstOffset: BigInt(first), nextOffset: BigInt(first + events.length), lastTimestamp: Date.now() }
      const outcome = await writer!.apply({
        ranges: [{ topic: 'clicks', partition: 0, type: 'click', ...range }],
        events: events.map((event, index) => ({ range: 0, offset: BigInt(first + index), event })),
        deadLetters: [],
      })
      if (outcome.status !== 'applied') throw new Error(`a batch was not applied: ${outcome.status}`)
    },
    async fold(all = false) {
      if (all) return void (await folder!.foldRollups({ entries: 0, ageMs: 0 }))
      batches += 1
      if (batches % foldEvery === 0) await folder!.foldRollups()
    },
    close: async () => void (await Promise.all([writer!.close(), folder!.close()])),
  }
}

function summary(costs: Map<string, Cost[]>, copies: number[]): Pick<Result, 'figures' | 'goals'> {
  const samples = (load: Load, name: string) => costs.get(`${load.name}, ${name}`) ?? []
  const figures: Figure[] = loads.flatMap((load) =>
    ['before', 'now'].flatMap((name): Figure[] => [
      {
        name: `${load.name}, ${name}: CPU of PostgreSQL`,
        unit: unitOf(load),
        samples: samples(load, name).map(({ cpu }) => cpu),
        better: 'lower',
      },
      {
        name: `${load.name}, ${name}: WAL`,
        unit: 'B/click',
        samples: samples(load, name).map(({ walBytes }) => walBytes),
        better: 'lower',
      },
    ]),
  )
  figures.push({ name: '\\copy of the same rows', unit: 'µs/click', samples: copies })
  const cpuOfLoad = (load: Load) => median(samples(load, 'now').map(({ cpu }) => cpu))
  const backlog = loads[3] as Load
  return {
    figures,
    goals: [
      ...loads.map((load) =>
        atMost(`${load.name}: CPU of PostgreSQL with the fold, ${unitOf(load)}`, cpuOfLoad(load), load.goal),
      ),
      atMost(
        'WAL a click, backlog without repeats, B',
        median(samples(backlog, 'now').map(({ walBytes }) => walBytes)),
        300,
      ),
      atLeast('\\copy / backlog without repeats, CPU of PostgreSQL', median(copies) / cpuOfLoad(backlog), 0.5),
    ],
  }
}

function unitOf({ per }: Load): string {
  return per === 'batch' ? 'ms/batch' : 'µs/click'
}

/** Of the last minutes, in the order of arrival; a part repeats clicks from a while before. */
function clicks(count: number, repeats: number): AdEvent[] {
  const now = Date.now()
  const events: AdEvent[] = []
  const userAgent = createUserAgents()
  for (let index = 0; index < count; index++) {
    if (index > 1000 && Math.random() < repeats) {
      events.push(events[Math.floor(Math.random() * events.length)] as AdEvent)
      continue
    }
    const at = now - Math.floor((count - index) / 1000)
    const time = new Date(at).toISOString()
    events.push({
      event_id: uuidv7(at),
      ad_id: 1 + Math.floor(Math.random() * ads),
      occurred_at: time,
      received_at: time,
      ip: '192.168.1.0',
      user_agent: userAgent(),
      playback_time: 15.5,
    })
  }
  return events
}
