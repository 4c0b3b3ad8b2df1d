import { createDatabase, readAnalytics, rebuildRollups } from '@ads-tracker/data'
import { bundleOf } from '@ads-tracker/local-servers'
import type { Context } from '../context.ts'
import { wrk } from '../load/wrk.ts'
import { withSql, startDatabase } from '../processes/database.ts'
import { cpuOf, stopwatch } from '../processes/cpu.ts'
import { type Program, startProgram } from '../processes/program.ts'
import { atLeast, atMost, type Check, type Figure, type Result } from '../result.ts'
import { median, percentile, ratios } from '../statistics.ts'

/** Clicks of an hour. */
const density = 3_000_000
/** Stored in all: the hours before are filled for the last comparison. */
const stored = Number(process.env.BENCH_MILLION_CLICKS ?? 6) * 1_000_000
const hour = 3_600_000
const connections = 8

/** Analytics of three million clicks an hour on a thousand ads, against a route that serves a constant buffer of the same size; then with more hours stored. */
export async function analytics(context: Context): Promise<Result> {
  const server = context.open(await startDatabase(context.say))
  const database = await server.fresh(1000)
  const end = new Date()
  context.say(`storing ${density} clicks of the last hour`)
  await fill(database.url, density, new Date(end.getTime() - hour), end)
  const direct = await directly(database.adsApiUrl)

  const api = context.open(
    await startProgram({
      name: 'ads-api',
      script: await bundleOf('ads-api'),
      env: { DATABASE_URL: database.adsApiUrl, RATE_LIMIT_MAX: '0' },
      profileTo: context.profileTo,
    }),
  )
  const bytes = (await (await fetch(`${api.url}/ads/analytics`)).arrayBuffer()).byteLength
  const floor = context.open(
    await startProgram({
      name: 'constant-floor',
      script: 'tools/bench/src/contenders/constant-floor.ts',
      env: { BYTES: String(bytes) },
    }),
  )
  const contenders: [string, Program, string][] = [
    ['constant buffer', floor, '/ads/analytics'],
    ['all time', api, '/ads/analytics'],
    ['window of ten minutes', api, '/ads/analytics?minutes=10'],
  ]
  const samples = new Map<string, Awaited<ReturnType<typeof measure>>[]>(contenders.map(([name]) => [name, []]))
  for (const [, program, path] of contenders) await measure(program, path, 2)
  for (let round = 1; round <= context.rounds; round++) {
    for (const [name, program, path] of contenders) {
      const sample = await measure(program, path, context.seconds)
      samples.get(name)?.push(sample)
      context.say(`round ${round}: ${name} ${Math.round(sample.perSecond)} req/s`)
    }
  }
  const perSecond = (name: string) => (samples.get(name) ?? []).map((sample) => sample.perSecond)
  const allTime = ratios(perSecond('all time'), perSecond('constant buffer'))
  const windowed = ratios(perSecond('window of ten minutes'), perSecond('constant buffer'))
  const figures: Figure[] = [
    { name: 'all time / constant buffer', unit: 'ratio', samples: allTime, better: 'higher' },
    { name: 'window of ten minutes / constant buffer', unit: 'ratio', samples: windowed, better: 'higher' },
    ...contenders.flatMap(([name]) => [
      { name: `${name}: throughput`, unit: 'req/s', samples: perSecond(name), better: 'higher' as const },
      {
        name: `${name}: p99`,
        unit: 'ms',
        samples: (samples.get(name) ?? []).map((sample) => sample.p99),
        better: 'lower' as const,
      },
      {
        name: `${name}: CPU`,
        unit: 'µs/request',
        samples: (samples.get(name) ?? []).map((sample) => sample.cpu),
        better: 'lower' as const,
      },
    ]),
    ...Object.entries(direct).flatMap(([name, times]) => [
      {
        name: `query of ${name}, no cache: p50`,
        unit: 'ms',
        samples: [percentile(times, 50)],
        better: 'lower' as const,
      },
      {
        name: `query of ${name}, no cache: p99`,
        unit: 'ms',
        samples: [percentile(times, 99)],
        better: 'lower' as const,
      },
    ]),
  ]
  const p50 = (name: string) => percentile(direct[name] ?? [], 50)
  const sums = await checkSums(api.url, density)
  context.say(`storing clicks of the hours before, ${stored} in all`)
  for (let filled = density; filled < stored; filled += density) {
    const to = end.getTime() - (filled / density) * hour
    await fill(database.url, density, new Date(to - hour), new Date(to))
  }
  const later = await directly(database.adsApiUrl)
  const growth = percentile(later['10 minutes'] ?? [], 99) / percentile(direct['10 minutes'] ?? [], 99)
  figures.push({
    name: `query of 10 minutes, no cache, with ${stored / 1e6} million stored: p99`,
    unit: 'ms',
    samples: [percentile(later['10 minutes'] ?? [], 99)],
    better: 'lower',
  })

  const refused = [...samples.values()].flat().reduce((sum, sample) => sum + sample.refused + sample.broken, 0)
  return {
    benchmark: 'analytics',
    figures,
    goals: [
      atLeast('all time against a constant buffer', median(allTime), 0.85),
      atLeast('an exact window against a constant buffer', median(windowed), 0.85),
      atMost('exact window of ten minutes without any cache: p99, ms', percentile(direct['10 minutes'] ?? [], 99), 15),
      atMost(`the same with ${stored / 1e6} million stored against ${density / 1e6}`, growth, 1.2),
      atMost('window of a year against a window of an hour', p50('a year') / p50('an hour'), 5),
    ],
    checks: [{ name: 'every request was answered', ok: refused === 0, detail: `${refused} were not` }, sums],
    plots: [
      {
        title: 'Query without cache',
        x: 'percentile',
        y: 'ms',
        series: Object.entries(direct).map(([name, times]) => ({
          name,
          points: [10, 25, 50, 75, 90, 99].map((p): [number, number] => [p, percentile(times, p)]),
        })),
      },
    ],
    notes: [`the answer has ${bytes} bytes; BENCH_MILLION_CLICKS=30 stores thirty million clicks in the end`],
  }
}

async function measure({ url, pid }: Program, path: string, seconds: number) {
  const read = stopwatch({ app: () => cpuOf(pid) })
  const measured = await wrk({ url: url + path, connections, seconds, script: '' })
  return { ...measured, cpu: (read().app ?? NaN) / measured.requests }
}

/** Milliseconds of the queries themselves, one after the other on one connection, ascending. */
async function directly(url: string): Promise<Record<string, number[]>> {
  const database = createDatabase({ url, max: 1 })
  const windows = { 'all time': undefined, '10 minutes': 10, 'an hour': 60, 'a day': 1440, 'a year': 525_600 }
  const taken: Record<string, number[]> = {}
  for (const [name, minutes] of Object.entries(windows)) {
    const times: number[] = []
    for (let n = 0; n < 150; n++) {
      const start = performance.now()
      await readAnalytics(database, minutes === undefined ? {} : { minutes })
      if (n >= 50) times.push(performance.now() - start)
    }
    taken[name] = times.sort((a, b) => a - b)
  }
  await database.close()
  return taken
}

// Straight into the table, sorted by id as they would have come, then the rollups from them.
async function fill(url: string, count: number, from: Date, to: Date): Promise<void> {
  await withSql(url, async (sql) => {
    for (let done = 0; done < count; done += 500_000) {
      await sql`
        insert into clicks (event_id, ad_id, occurred_at, received_at, ip, user_agent, playback_time)
        select (lpad(to_hex(ms), 12, '0') || '7' || lpad(to_hex(n % 4096), 3, '0') || '8000' || lpad(to_hex(n), 12, '0'))::uuid,
               1 + n % 1000, at, at, '192.168.1.0', 'bench/1', 15.5
        from (
          select n, at, floor(extract(epoch from at) * 1000)::bigint as ms
          from (select n, ${from.toISOString()}::text::timestamptz + n * interval '3600 seconds' / ${count}::float8 as at from generate_series(${done}::bigint, ${done + 499_999}::bigint) as n) as times
        ) as rows order by 1`
    }
    await sql`vacuum analyze clicks`
  })
  const database = createDatabase({ url, max: 1, statementTimeoutMs: 600_000 })
  await rebuildRollups(database, { from, to: new Date(to.getTime() + 60_000) })
  await database.close()
}

async function checkSums(url: string, expected: number): Promise<Check> {
  const rows = (await (await fetch(`${url}/ads/analytics`)).json()) as { clicks: number }[]
  const sum = rows.reduce((total, { clicks }) => total + clicks, 0)
  return { name: 'analytics add up to what is stored', ok: sum === expected, detail: `${sum} of ${expected}` }
}
