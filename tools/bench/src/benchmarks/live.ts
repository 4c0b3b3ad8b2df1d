import { setTimeout as pause } from 'node:timers/promises'
import { bundleOf } from '@ads-tracker/local-servers'
import type { Context } from '../context.ts'
import { openLiveReaders } from '../load/live-readers.ts'
import { cpuOf, residentBytes, stopwatch } from '../processes/cpu.ts'
import { startDatabase, withSql } from '../processes/database.ts'
import { type Program, startProgram } from '../processes/program.ts'
import { atMost, type Figure, type Result } from '../result.ts'
import { median, percentile, ratios } from '../statistics.ts'

const readers = 1000
const ads = 100
/** Milliseconds between two requests, and between two commits of the writer. */
const requestEveryMs = 10
const commitEveryMs = 50

interface Sample {
  latencies: number[]
  cpu: number
  messages: number
  resident: number
  streams: number
}

/** What a thousand readers of live analytics cost, and what they take from those who ask for `GET /ads/analytics`. */
export async function live(context: Context): Promise<Result> {
  const server = context.open(await startDatabase(context.say))
  const database = await server.fresh(ads)
  await withSql(
    database.url,
    (sql) => sql`insert into ledger (topic, partition, complete_through) values ('t', 0, now())`,
  )
  const api = context.open(
    await startProgram({
      name: 'ads-api',
      script: await bundleOf('ads-api'),
      env: { DATABASE_URL: database.adsApiUrl, RATE_LIMIT_MAX: '0', LIVE_MAX_STREAMS_PER_ADDRESS: String(readers) },
      profileTo: context.profileTo,
    }),
  )
  const counting = countAllTheTime(database.url)
  const alone: Sample[] = []
  const streaming: Sample[] = []
  const shared: Sample[] = []
  try {
    await measure(api, 2)
    for (let round = 1; round <= context.rounds; round++) {
      alone.push(await measure(api, context.seconds))
      const opened = await openLiveReaders(api.url, readers)
      await pause(1000)
      streaming.push(await measure(api, context.seconds, 'streams alone'))
      shared.push(await measure(api, context.seconds))
      await opened.stop()
      await pause(1000)
      const [one, other] = [alone.at(-1), shared.at(-1)].map((sample) => percentile(sample?.latencies ?? [], 50))
      context.say(`round ${round}: p50 ${one?.toFixed(2)} ms alone, ${other?.toFixed(2)} ms with ${readers} readers`)
    }
  } finally {
    await counting.stop()
  }
  return resultOf(alone, streaming, shared)
}

function resultOf(alone: Sample[], streaming: Sample[], shared: Sample[]): Result {
  const at = (samples: Sample[], p: number) => samples.map(({ latencies }) => percentile(latencies, p))
  const perMessage = streaming.map(({ cpu, messages }) => cpu / messages)
  const perReader = shared.map(({ resident }, round) => (resident - (alone[round]?.resident ?? 0)) / readers / 1024)
  const p50 = ratios(at(shared, 50), at(alone, 50))
  const p99 = ratios(at(shared, 99), at(alone, 99))
  const figures: Figure[] = [
    {
      name: 'CPU of a message to one reader, with the questions to the database',
      unit: 'µs',
      samples: perMessage,
      better: 'lower',
    },
    { name: `memory of a reader`, unit: 'KiB', samples: perReader, better: 'lower' },
    { name: `memory with ${readers} readers`, unit: 'MiB', samples: shared.map(({ resident }) => resident / 2 ** 20) },
    { name: 'GET /ads/analytics with / without readers: p50', unit: 'ratio', samples: p50, better: 'lower' },
    { name: 'GET /ads/analytics with / without readers: p99', unit: 'ratio', samples: p99, better: 'lower' },
    { name: 'GET /ads/analytics without readers: p50', unit: 'ms', samples: at(alone, 50), better: 'lower' },
    { name: 'GET /ads/analytics without readers: p99', unit: 'ms', samples: at(alone, 99), better: 'lower' },
    { name: 'GET /ads/analytics with readers: p50', unit: 'ms', samples: at(shared, 50), better: 'lower' },
    { name: 'GET /ads/analytics with readers: p99', unit: 'ms', samples: at(shared, 99), better: 'lower' },
  ]
  const streams = Math.min(...shared.map((sample) => sample.streams))
  const messages = Math.min(...streaming.map((sample) => sample.messages))
  return {
    benchmark: 'live',
    figures,
    goals: [atMost('p50 of GET /ads/analytics with a thousand live readers, against none', median(p50), 2)],
    checks: [
      { name: 'no reader was dropped', ok: streams === readers, detail: `${streams} of ${readers} were open` },
      { name: 'messages came', ok: messages >= readers, detail: `${messages} in a measurement` },
    ],
    plots: [],
    notes: [
      `${ads} ads, one counted on every ${commitEveryMs} ms; a request every ${requestEveryMs} ms, one after the other`,
    ],
  }
}

async function measure(api: Program, seconds: number, what?: 'streams alone'): Promise<Sample> {
  const before = await metricsOf(api)
  const read = stopwatch({ app: () => cpuOf(api.pid) })
  const latencies: number[] = []
  if (what) await pause(seconds * 1000)
  for (const end = performance.now() + seconds * 1000; !what && performance.now() < end; await pause(requestEveryMs)) {
    const start = performance.now()
    await (await fetch(`${api.url}/ads/analytics`)).arrayBuffer()
    latencies.push(performance.now() - start)
  }
  const cpu = read().app ?? NaN
  const { messages, streams } = await metricsOf(api)
  latencies.sort((one, other) => one - other)
  return { latencies, cpu, messages: messages - before.messages, resident: residentBytes(api.pid), streams }
}

async function metricsOf({ url }: Program): Promise<{ messages: number; streams: number }> {
  const text = await (await fetch(`${url}/metrics`)).text()
  const value = (name: string) => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1])
  return { messages: value('ads_live_messages_total'), streams: value('ads_live_streams') }
}

// As far as readers can see, what click-writer commits.
function countAllTheTime(url: string): { stop(): Promise<void> } {
  let isStopping = false
  const counting = withSql(url, async (sql) => {
    for (let clicks = 1; !isStopping; clicks++) {
      await sql.begin((tx) => [
        tx`insert into ad_totals values (${1 + (clicks % ads)}, 0, ${clicks}, 0) on conflict (ad_id, shard) do update set clicks = excluded.clicks`,
        tx`update ledger set next_offset = next_offset + 1, counted = counted + 1, complete_through = now()`,
      ])
      await pause(commitEveryMs)
    }
  })
  return {
    stop: () => {
      isStopping = true
      return counting
    },
  }
}
