import { topicNames } from '@ads-tracker/events'
import { bundleOf } from '@ads-tracker/local-servers'
import type { Context } from '../context.ts'
import { clickScript } from '../load/click-script.ts'
import { paced } from '../load/paced.ts'
import { type Measured, wrk } from '../load/wrk.ts'
import { type Broker, startBroker } from '../processes/broker.ts'
import { cpuOf, stopwatch } from '../processes/cpu.ts'
import { type Program, startProgram } from '../processes/program.ts'
import { atLeast, atMost, type Check, type Figure, type Plot, type Result } from '../result.ts'
import { latencyCurve, median, percentile, ratios } from '../statistics.ts'

interface Contender extends Program {
  topic?: string
  sent: number
  refused: number
}
interface Sample extends Measured {
  appMicroseconds: number
  brokerMicroseconds: number
}

const connectionCounts = [16, 64, 256]

/** Single clicks over HTTP, answered when Kafka has them, against a route that keeps nothing and one send for each request. */
export async function ingest(context: Context): Promise<Result> {
  const broker = context.open(await startBroker(context.say))
  const contenders = await startContenders(context, broker)
  const [floor, ours, oneEach] = contenders as [Contender, Contender, Contender]
  context.say('warming up')
  // few connections make most requests to Kafka, so they warm the broker's compiler best
  for (const contender of contenders) await measure(contender, broker, 16, contender === ours ? 25 : 5)

  const samples = new Map<string, Sample[]>()
  const of = (contender: Contender, connections: number) => samples.get(`${contender.name}/${connections}`) ?? []
  for (let round = 1; round <= context.rounds; round++) {
    for (const connections of connectionCounts) {
      for (const contender of contenders) {
        if (contender === oneEach && connections !== 64) continue
        const sample = await measure(contender, broker, connections, context.seconds)
        samples.set(`${contender.name}/${connections}`, [...of(contender, connections), sample])
        context.say(
          `round ${round}, ${connections} connections: ${contender.name} ${Math.round(sample.perSecond)} req/s`,
        )
      }
    }
  }
  const perSecond = (contender: Contender, connections: number) =>
    of(contender, connections).map((sample) => sample.perSecond)
  const cpu = (contender: Contender, connections: number) =>
    of(contender, connections).map((sample) => sample.appMicroseconds)
  const toFloor = (connections: number) => ratios(perSecond(ours, connections), perSecond(floor, connections))
  const calm = await atRate(context, [floor, ours], Math.floor(median(perSecond(ours, 64)) * 0.6))
  const toOneEach = ratios(perSecond(ours, 64), perSecond(oneEach, 64))
  const figures: Figure[] = connectionCounts.flatMap((connections) => [
    {
      name: `ingest / Fastify floor, ${connections} connections`,
      unit: 'ratio',
      samples: toFloor(connections),
      better: 'higher' as const,
    },
    {
      name: `the same by CPU of the app, ${connections} connections`,
      unit: 'ratio',
      samples: ratios(cpu(floor, connections), cpu(ours, connections)),
      better: 'higher' as const,
    },
    ...contenders.flatMap((contender) => figuresOf(contender.name, connections, of(contender, connections))),
  ])
  figures.push(
    { name: 'ingest / one send each, 64 connections', unit: 'ratio', samples: toOneEach, better: 'higher' },
    ...calm.figures,
  )
  return {
    benchmark: 'ingest',
    figures,
    goals: [
      atLeast('against bare Fastify, 64 connections', median(toFloor(64)), 0.85),
      atLeast('against bare Fastify, 16 connections', median(toFloor(16)), 0.7),
      atLeast('against one kafkajs send per request', median(toOneEach), 4),
      atMost('p99 at 60 % of the maximum against the floor at that rate', calm.p99, 2),
    ],
    checks: await Promise.all([ours, oneEach].map((contender) => checkLog(contender, broker))),
    plots: [
      {
        title: 'Latency at 64 connections',
        x: 'percentile',
        y: 'ms',
        logarithmic: 'y',
        series: contenders.map((contender) => ({ name: contender.name, points: of(contender, 64)[0]?.curve ?? [] })),
      },
      calm.plot,
    ],
    notes: [generatorNote([...samples.values()].flat())],
  }
}

/** Latency of both at the same fixed rate, measured from when each click was due. */
async function atRate(context: Context, contenders: Contender[], rate: number) {
  const seconds = Math.max(context.seconds, 5)
  const figures: Figure[] = []
  const p99 = new Map<Contender, number[]>()
  const plot: Plot = { title: `Latency at ${rate} clicks/s`, x: 'percentile', y: 'ms', logarithmic: 'y', series: [] }
  for (let round = 1; round <= context.rounds; round++) {
    for (const contender of contenders) {
      const { latencies, statuses } = await paced({ url: contender.url, connections: 64, rate, seconds, ads: 1000 })
        .done
      contender.sent += statuses['202'] ?? 0
      p99.set(contender, [...(p99.get(contender) ?? []), percentile(latencies, 99)])
      context.say(`round ${round}, ${rate} clicks/s: ${contender.name} p99 ${percentile(latencies, 99).toFixed(1)} ms`)
      if (round === 1) plot.series.push({ name: contender.name, points: latencyCurve(latencies) })
    }
  }
  for (const [{ name }, samples] of p99)
    figures.push({ name: `${name}, at 60 % of our maximum: p99`, unit: 'ms', samples, better: 'lower' })
  const [floor = [], ours = []] = [...p99.values()]
  return { figures, plot, p99: median(ratios(ours, floor)) }
}

async function startContenders(context: Context, broker: Broker): Promise<Contender[]> {
  for (const prefix of ['ours.', 'each.']) await broker.createTopics(prefix)
  const env = { KAFKA_BROKERS: broker.brokers, RATE_LIMIT_MAX: '0' }
  const floor = context.open(
    await startProgram({ name: 'fastify-floor', script: 'tools/bench/src/contenders/fastify-floor.ts' }),
  )
  const ours = context.open(
    await startProgram({
      name: 'click-ingest',
      script: await bundleOf('click-ingest'),
      env: { ...env, TOPIC_PREFIX: 'ours.' },
      profileTo: context.profileTo,
    }),
  )
  const oneEach = context.open(
    await startProgram({
      name: 'one-send-each',
      script: 'tools/bench/src/contenders/one-send-each.ts',
      env: { ...env, TOPIC_PREFIX: 'each.' },
    }),
  )
  return [
    { ...floor, sent: 0, refused: 0 },
    { ...ours, sent: 0, refused: 0, topic: topicNames('ours.').click },
    { ...oneEach, sent: 0, refused: 0, topic: topicNames('each.').click },
  ]
}

async function measure(contender: Contender, broker: Broker, connections: number, seconds: number): Promise<Sample> {
  const read = stopwatch({ app: () => cpuOf(contender.pid), broker: () => cpuOf(broker.pid) })
  const measured = await wrk({ url: contender.url, connections, seconds, script: clickScript() })
  const { app = NaN, broker: brokerTime = NaN } = read()
  contender.sent += measured.requests
  contender.refused += measured.refused
  return { ...measured, appMicroseconds: app / measured.requests, brokerMicroseconds: brokerTime / measured.requests }
}

function figuresOf(name: string, connections: number, samples: Sample[]): Figure[] {
  if (samples.length === 0) return []
  const figure = (what: string, unit: string, key: keyof Sample, better?: 'higher' | 'lower'): Figure => ({
    name: `${name}, ${connections} connections: ${what}`,
    unit,
    samples: samples.map((sample) => Number(sample[key])),
    ...(better && { better }),
  })
  return [
    figure('throughput', 'req/s', 'perSecond', 'higher'),
    figure('p50', 'ms', 'p50', 'lower'),
    figure('p99', 'ms', 'p99', 'lower'),
    figure('CPU of the app', 'µs/click', 'appMicroseconds', 'lower'),
    figure('CPU of the broker', 'µs/click', 'brokerMicroseconds', 'lower'),
  ]
}

// The answers that wrk did not wait for at its end are in the log as well, so there may be more, never fewer.
async function checkLog({ name, topic = '', sent, refused }: Contender, broker: Broker): Promise<Check> {
  const acknowledged = sent - refused
  const stored = await broker.recordsOf(topic)
  return {
    name: `${name}: every acknowledged click is in the log`,
    ok: stored >= acknowledged && refused === 0,
    detail: `${acknowledged} acknowledged, ${refused} refused, ${stored} in the log`,
  }
}

export function generatorNote(samples: Measured[]): string {
  const most = Math.max(...samples.map((sample) => sample.generatorCores))
  return `wrk used at most ${most.toFixed(2)} of a core: ${most < 0.9 ? 'it was not the bottleneck' : 'it may have been the bottleneck'}`
}
