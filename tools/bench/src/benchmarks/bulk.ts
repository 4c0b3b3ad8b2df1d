import { topicNames } from '@ads-tracker/events'
import { bundleOf } from '@ads-tracker/local-servers'
import type { Context } from '../context.ts'
import { bulkScript, clickScript } from '../load/click-script.ts'
import { wrk } from '../load/wrk.ts'
import { startBroker } from '../processes/broker.ts'
import { cpuOf, stopwatch } from '../processes/cpu.ts'
import { startProgram } from '../processes/program.ts'
import { atLeast, type Result } from '../result.ts'
import { median, ratios } from '../statistics.ts'
import { generatorNote } from './ingest.ts'

const size = 50

/** Fifty clicks in one request, against the same clicks one by one at the same number of connections. */
export async function bulk(context: Context): Promise<Result> {
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
  const samples: Record<'single' | 'bulk', Awaited<ReturnType<typeof measure>>[]> = { single: [], bulk: [] }
  context.say('warming up')
  let acknowledged = 0
  let refused = 0
  for (const [script, clicks, seconds] of [
    [clickScript(), 1, 25],
    [bulkScript({ size }), size, 5],
  ] as const)
    await measure(script, clicks, seconds)
  for (let round = 1; round <= context.rounds; round++) {
    samples.single.push(await measure(clickScript(), 1, context.seconds))
    samples.bulk.push(await measure(bulkScript({ size }), size, context.seconds))
    context.say(
      `round ${round}: single ${Math.round(samples.single.at(-1)?.clicksPerSecond ?? 0)}, bulk ${Math.round(samples.bulk.at(-1)?.clicksPerSecond ?? 0)} clicks/s`,
    )
  }
  const gain = ratios(
    samples.bulk.map((sample) => sample.clicksPerSecond),
    samples.single.map((sample) => sample.clicksPerSecond),
  )
  const stored = await broker.recordsOf(topicNames().click)
  return {
    benchmark: 'bulk',
    figures: [
      {
        name: `${size} clicks a request / one a request, 16 connections`,
        unit: 'ratio',
        samples: gain,
        better: 'higher',
      },
      ...(['single', 'bulk'] as const).flatMap((kind) => [
        {
          name: `${kind}: throughput`,
          unit: 'clicks/s',
          samples: samples[kind].map((sample) => sample.clicksPerSecond),
          better: 'higher' as const,
        },
        {
          name: `${kind}: p99 of a request`,
          unit: 'ms',
          samples: samples[kind].map((sample) => sample.p99),
          better: 'lower' as const,
        },
        {
          name: `${kind}: CPU of the app`,
          unit: 'µs/click',
          samples: samples[kind].map((sample) => sample.app),
          better: 'lower' as const,
        },
        {
          name: `${kind}: CPU of the broker`,
          unit: 'µs/click',
          samples: samples[kind].map((sample) => sample.broker),
          better: 'lower' as const,
        },
      ]),
    ],
    goals: [atLeast('clicks/s in bulk against single requests', median(gain), 7)],
    checks: [
      {
        name: 'every acknowledged click is in the log',
        ok: stored >= acknowledged && refused === 0,
        detail: `${acknowledged} acknowledged, ${refused} requests refused, ${stored} in the log`,
      },
    ],
    plots: [],
    notes: [generatorNote([...samples.single, ...samples.bulk])],
  }

  async function measure(script: string, clicks: number, seconds: number) {
    const read = stopwatch({ app: () => cpuOf(app.pid), broker: () => cpuOf(broker.pid) })
    const measured = await wrk({ url: app.url, connections: 16, seconds, script })
    const { app: appTime = NaN, broker: brokerTime = NaN } = read()
    acknowledged += (measured.requests - measured.refused) * clicks
    refused += measured.refused
    const total = measured.requests * clicks
    return {
      ...measured,
      clicksPerSecond: measured.perSecond * clicks,
      app: appTime / total,
      broker: brokerTime / total,
    }
  }
}
