import { setTimeout as pause } from 'node:timers/promises'
import { bundleOf } from '@ads-tracker/local-servers'
import type { Context } from '../context.ts'
import { clickScript } from '../load/click-script.ts'
import { paced, type Tick } from '../load/paced.ts'
import { wrk } from '../load/wrk.ts'
import { startBroker } from '../processes/broker.ts'
import { residentBytes } from '../processes/cpu.ts'
import { startProgram } from '../processes/program.ts'
import { atLeast, atMost, type Result } from '../result.ts'
import { median, percentile } from '../statistics.ts'

const calmSeconds = 3

/** Calm, then five times what ingest can take, then calm again: what is accepted, how fast the rest is told, and when it is normal again. */
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
  context.say('warming up, and finding the capacity')
  await wrk({ url: app.url, connections: 64, seconds: 10, script: clickScript() })
  const { perSecond: most } = await wrk({
    url: app.url,
    connections: 256,
    seconds: context.seconds,
    script: clickScript(),
  })
  // by the generator of the spike, which takes more of the shared cores for a click than wrk does
  const full = await paced({
    url: app.url,
    connections: 256,
    rate: most,
    seconds: context.seconds,
    ads: 1000,
    patienceMs: 1000,
  }).done
  const capacity = (full.statuses['202'] ?? 0) / context.seconds
  const before = await paced({ url: app.url, connections: 64, rate: capacity * 0.3, seconds: calmSeconds, ads: 1000 })
    .done
  const calmP99 = percentile(before.latencies, 99)

  context.say(`capacity ${Math.round(capacity)} clicks/s; now ${Math.round(capacity * 5)}`)
  const memory = [residentBytes(app.pid)]
  const sampler = setInterval(() => memory.push(residentBytes(app.pid)), 100)
  const seconds = Math.max(context.seconds, 5)
  const surge = await paced({
    url: app.url,
    connections: 1500,
    rate: capacity * 5,
    seconds,
    ads: 1000,
    patienceMs: 1000,
  }).done
  const after = await paced({ url: app.url, connections: 64, rate: capacity * 0.3, seconds: 6, ads: 1000 }).done
  clearInterval(sampler)
  await pause(500)

  const goodput = (surge.statuses['202'] ?? 0) / seconds
  const normalAgain = normalAfter(after.ticks, Math.max(2 * median(before.ticks.map(({ slowest }) => slowest)), 10))
  const grown = Math.max(...memory) - (memory[Math.floor(memory.length / 4)] ?? 0)
  const acknowledged = [full, before, surge, after].reduce((sum, { statuses }) => sum + (statuses['202'] ?? 0), 0)
  const stored = await broker.recordsOf('ads.clicks.v1')
  return {
    benchmark: 'spike',
    figures: [
      { name: 'capacity, 256 connections', unit: 'clicks/s', samples: [capacity] },
      { name: 'the same by wrk', unit: 'clicks/s', samples: [most] },
      { name: 'goodput at five times the capacity', unit: 'clicks/s', samples: [goodput], better: 'higher' },
      {
        name: 'accepted: p50 from the moment that a click was due',
        unit: 'ms',
        samples: [percentile(surge.latencies, 50)],
        better: 'lower',
      },
      {
        name: 'accepted: p99 from the moment that a click was due',
        unit: 'ms',
        samples: [percentile(surge.latencies, 99)],
        better: 'lower',
      },
      {
        name: 'refused: p99',
        unit: 'ms',
        samples: [surge.refusals.length > 0 ? percentile(surge.refusals, 99) : 0],
        better: 'lower',
      },
      { name: 'calm before: p99', unit: 'ms', samples: [calmP99] },
      { name: 'normal again after', unit: 's', samples: [normalAgain], better: 'lower' },
      { name: 'memory at most', unit: 'MiB', samples: [Math.max(...memory) / 1024 ** 2], better: 'lower' },
      {
        name: 'memory grown during the spike, after its first quarter',
        unit: 'MiB',
        samples: [grown / 1024 ** 2],
        better: 'lower',
      },
    ],
    goals: [
      atLeast('goodput at 5 × capacity against the maximum', goodput / capacity, 0.8),
      atMost('normal again after the spike, s', normalAgain, 2),
      atMost('memory grown during the spike, MiB', grown / 1024 ** 2, 64),
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
        title: 'Spike: clicks in each second',
        x: 's',
        y: 'clicks/s',
        series: [
          { name: 'acknowledged', points: perSecond(surge.ticks, 'acknowledged') },
          { name: 'refused', points: perSecond(surge.ticks, 'refused') },
        ],
      },
      {
        title: 'Memory of ingest',
        x: 's',
        y: 'MiB',
        series: [{ name: 'resident', points: memory.map((bytes, index) => [index / 10, bytes / 1024 ** 2]) }],
      },
    ],
    notes: [
      `sent ${surge.sent}, answers ${JSON.stringify(surge.statuses)}, given up by clients that found no free connection in a second ${surge.dropped}, connections lost ${surge.broken}`,
    ],
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
