import { setTimeout as pause } from 'node:timers/promises'
import { bundleOf } from '@ads-tracker/local-servers'
import type { Context } from '../context.ts'
import { clickScript } from '../load/click-script.ts'
import { paced, type PacedResult, type Tick } from '../load/paced.ts'
import { wrk } from '../load/wrk.ts'
import { startBroker } from '../processes/broker.ts'
import { residentBytes } from '../processes/cpu.ts'
import { type Program, startProgram } from '../processes/program.ts'
import { atLeast, atMost, type Figure, type Result } from '../result.ts'
import { median, percentile } from '../statistics.ts'

const calmSeconds = 3

/** In each round calm, then five times what ingest can take, then calm again: what is accepted, how fast the rest is told, and when it is normal again. */
export async function spike(context: Context): Promise<Result> {
  const broker = context.open(await startBroker(context.say))
  await broker.createTopics('')
  const app = context.open(
    await startProgram({
      name: 'click-ingest',
      script: await bundleOf('click-ingest'),
      env: { KAFKA_BROKERS: broker.brokers, RATE_LIMIT_MAX: '0' },
      profileTo: context.profileTo,
    }),
  )
  context.say('warming up')
  await wrk({ url: app.url, connections: 64, seconds: 10, script: clickScript() })
  const rounds: Round[] = []
  for (let round = 1; round <= context.rounds; round++) {
    const taken = await spikeOnce(context, app)
    context.say(
      `round ${round}: capacity ${Math.round(taken.capacity)} clicks/s, goodput ${(taken.goodput / taken.capacity).toFixed(2)} of it`,
    )
    rounds.push(taken)
  }
  const stored = await broker.recordsOf('ads.clicks.v1')
  const all = (pick: (round: Round) => number) => rounds.map(pick)
  const ratio = all(({ goodput, capacity }) => goodput / capacity)
  const [again, grown] = [all(({ normalAgain }) => normalAgain), all(({ grown }) => grown)]
  const acknowledged = all(({ acknowledged }) => acknowledged).reduce((sum, each) => sum + each, 0)
  const { surge, memory } = rounds.at(-1) as Round
  return {
    benchmark: 'spike',
    figures: [
      { name: 'goodput at five times the capacity / capacity', unit: 'ratio', samples: ratio, better: 'higher' },
      { name: 'capacity, 256 connections', unit: 'clicks/s', samples: all(({ capacity }) => capacity) },
      { name: 'the same by wrk', unit: 'clicks/s', samples: all(({ most }) => most) },
      ...[50, 99].map((percent): Figure => ({
        name: `accepted: p${percent} from the moment that a click was due`,
        unit: 'ms',
        samples: all(({ surge }) => percentile(surge.latencies, percent)),
        better: 'lower',
      })),
      {
        name: 'refused: p99',
        unit: 'ms',
        samples: all(({ surge }) => (surge.refusals.length > 0 ? percentile(surge.refusals, 99) : 0)),
        better: 'lower',
      },
      { name: 'calm before: p99', unit: 'ms', samples: all(({ calmP99 }) => calmP99) },
      { name: 'normal again after', unit: 's', samples: again, better: 'lower' },
      { name: 'memory at most', unit: 'MiB', samples: all(({ memory }) => Math.max(...memory)), better: 'lower' },
      { name: 'memory grown during the spike, after its first quarter', unit: 'MiB', samples: grown, better: 'lower' },
    ],
    goals: [
      atLeast('goodput at 5 × capacity against the maximum', median(ratio), 0.8),
      atMost('normal again after the spike, s', median(again), 2),
      atMost('memory grown during the spike, MiB', median(grown), 64),
    ],
    checks: [
      {
        name: 'every acknowledged click is in the log',
        ok: stored >= acknowledged,
        detail: `${acknowledged} acknowledged by the paced loads, ${stored} in the log`,
      },
    ],
    plots: [
      {
        title: 'Spike: clicks in each second of the last round',
        x: 's',
        y: 'clicks/s',
        series: [
          { name: 'acknowledged', points: perSecond(surge.ticks, 'acknowledged') },
          { name: 'refused', points: perSecond(surge.ticks, 'refused') },
        ],
      },
      {
        title: 'Memory of ingest in the last round',
        x: 's',
        y: 'MiB',
        series: [{ name: 'resident', points: memory.map((megabytes, index) => [index / 10, megabytes]) }],
      },
    ],
    notes: rounds.map(
      ({ surge }, index) =>
        `round ${index + 1}: sent ${surge.sent}, answers ${JSON.stringify(surge.statuses)}, dropped by clients that found no free connection in a second ${surge.dropped}, connections lost ${surge.broken}`,
    ),
  }
}

interface Round {
  /** Clicks a second, measured by wrk. */
  most: number
  /** Clicks a second by the generator of the spike, which takes more of the shared cores for a click than wrk does. */
  capacity: number
  goodput: number
  calmP99: number
  normalAgain: number
  /** MiB, ten times a second. */
  memory: number[]
  grown: number
  acknowledged: number
  surge: PacedResult
}

async function spikeOnce(context: Context, { url, pid }: Program): Promise<Round> {
  const load = { url, ads: 1000 }
  const { perSecond: most } = await wrk({ url, connections: 256, seconds: context.seconds, script: clickScript() })
  const full = await paced({ ...load, connections: 256, rate: most, seconds: context.seconds, patienceMs: 1000 }).done
  const capacity = (full.statuses['202'] ?? 0) / context.seconds
  const calm = { ...load, connections: 64, rate: capacity * 0.3 }
  const before = await paced({ ...calm, seconds: calmSeconds }).done
  const memory = [residentBytes(pid)]
  const sampler = setInterval(() => memory.push(residentBytes(pid)), 100)
  const seconds = Math.max(context.seconds, 5)
  const surge = await paced({ ...load, connections: 1500, rate: capacity * 5, seconds, patienceMs: 1000 }).done
  const after = await paced({ ...calm, seconds: 6 }).done
  clearInterval(sampler)
  await pause(500)
  const megabytes = memory.map((bytes) => bytes / 1024 ** 2)
  return {
    most,
    capacity,
    goodput: (surge.statuses['202'] ?? 0) / seconds,
    calmP99: percentile(before.latencies, 99),
    normalAgain: normalAfter(after.ticks, Math.max(2 * median(before.ticks.map(({ slowest }) => slowest)), 10)),
    memory: megabytes,
    grown: Math.max(...megabytes) - (megabytes[Math.floor(megabytes.length / 4)] ?? 0),
    acknowledged: [full, before, surge, after].reduce((sum, { statuses }) => sum + (statuses['202'] ?? 0), 0),
    surge,
  }
}

/** Seconds until nothing is refused any more and the tenths of the second that follows are as quick as when it was calm. */
function normalAfter(ticks: Tick[], limitMs: number): number {
  const first = ticks.findIndex(
    (_, index) =>
      median(ticks.slice(index, index + 10).map(({ slowest }) => slowest)) <= limitMs &&
      ticks.slice(index).every(({ refused }) => refused === 0),
  )
  return first < 0 ? Infinity : first / 10
}

function perSecond(ticks: Tick[], key: 'acknowledged' | 'refused'): [number, number][] {
  const seconds = new Map<number, number>()
  for (const tick of ticks)
    seconds.set(Math.floor(tick.second), (seconds.get(Math.floor(tick.second)) ?? 0) + tick[key])
  return [...seconds]
}
