import { randomUUID } from 'node:crypto'
import { Agent, request } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import { startSequence } from '../contenders/sequence-floor.ts'
import type { Context } from '../context.ts'
import { paced } from '../load/paced.ts'
import { checkBooks, reachPosition, withSql } from '../processes/database.ts'
import { startSystem } from '../processes/system.ts'
import { atMost, type Check, type Figure, type Goal, type Result } from '../result.ts'
import { latencyCurve, median, percentile, ratios } from '../statistics.ts'

const rates = [100, 1000, 5000]
const probeAd = 1001
/** The compilers of the broker work for so long: until then, they are what is measured. */
const warmUpSeconds = 20

/** From the POST of a click to the answer of `GET /ads/analytics` that counts it, while others click at a fixed rate. */
export async function freshness(context: Context): Promise<Result> {
  const system = await startSystem(context, { ads: probeAd })
  const [ingest, api] = await Promise.all([system.startIngest(), system.startApi(), system.startWriter()])
  const floor = context.open(await startSequence(system.broker, system.server))
  context.say('warming up')
  await Promise.all([
    floor.measure(400),
    paced({ url: ingest.url, connections: 32, rate: 2000, seconds: warmUpSeconds, ads: 1000 }).done,
  ])

  const seconds = Math.max(context.seconds, 5)
  const floors: number[][] = []
  const samples = new Map<number, number[][]>(rates.map((rate) => [rate, []]))
  let acknowledged = 0
  for (let round = 1; round <= context.rounds; round++) {
    floors.push(ascending(await floor.measure(200)))
    context.say(`round ${round}: the floor, p50 ${percentile(floors.at(-1)!, 50).toFixed(1)} ms`)
    for (const rate of rates) {
      const load = paced({ url: ingest.url, connections: 64, rate, seconds: seconds + 1, ads: 1000 })
      await pause(1000)
      const taken = ascending(await probe(ingest.url, api.url, seconds))
      const { statuses } = await load.done
      acknowledged += statuses['202'] ?? 0
      samples.get(rate)!.push(taken)
      context.say(
        `round ${round}: ${rate} clicks/s, p50 ${percentile(taken, 50).toFixed(1)} ms, p99 ${percentile(taken, 99).toFixed(1)} ms of ${taken.length} probes`,
      )
    }
  }
  const floorP50 = floors.map((taken) => percentile(taken, 50))
  const figures: Figure[] = [
    { name: 'floor: produce, fetch, commit in sequence, p50', unit: 'ms', samples: floorP50 },
    { name: 'floor: p99', unit: 'ms', samples: floors.map((taken) => percentile(taken, 99)) },
  ]
  const goals: Goal[] = []
  for (const rate of rates) {
    const rounds = samples.get(rate)!
    const p50 = rounds.map((taken) => percentile(taken, 50))
    const p99 = rounds.map((taken) => percentile(taken, 99))
    figures.push(
      {
        name: `${rate} clicks/s: from POST to analytics, p50 / floor`,
        unit: 'ratio',
        samples: ratios(p50, floorP50),
        better: 'lower',
      },
      {
        name: `${rate} clicks/s: from POST to analytics, p50`,
        unit: 'ms',
        samples: p50,
        better: 'lower',
      },
      { name: `${rate} clicks/s: from POST to analytics, p99`, unit: 'ms', samples: p99, better: 'lower' },
    )
    if (rate <= 1000)
      goals.push(
        atMost(`p50 at ${rate} clicks/s, ms`, median(p50), 12),
        atMost(`p99 at ${rate} clicks/s, ms`, median(p99), 40),
      )
  }
  const series = [
    { name: 'floor', taken: floors },
    ...rates.map((rate) => ({ name: `${rate} clicks/s`, taken: samples.get(rate)! })),
  ].map(({ name, taken }) => ({ name, points: latencyCurve(ascending(taken.flat())) }))
  return {
    benchmark: 'freshness',
    figures,
    goals,
    checks: await drained(),
    plots: [{ title: 'From POST to analytics', x: 'percentile', y: 'ms', logarithmic: 'y', series }],
    notes: [],
  }

  async function drained(): Promise<Check[]> {
    const expected = await system.broker.recordsOf(system.topics.click)
    await withSql(system.database.url, (sql) => reachPosition(sql, expected))
    const checks = await checkBooks(system.database.url, 'after the load', { read: expected })
    return [
      ...checks,
      {
        name: 'every acknowledged click is in the log',
        ok: expected >= acknowledged,
        detail: `${acknowledged} acknowledged, ${expected} in the log`,
      },
    ]
  }
}

/** One click after the other on an ad that nobody else clicks; asks every millisecond until it is counted. Milliseconds of each. */
async function probe(ingest: string, api: string, seconds: number): Promise<number[]> {
  // fetch would take as much of the machine as what it measures
  const agent = new Agent({ keepAlive: true })
  const ask = (url: string, body?: string) =>
    new Promise<{ status: number; text: string }>((resolve, reject) => {
      const asked = request(
        url,
        {
          agent,
          ...(body && {
            method: 'POST',
            headers: { 'content-type': 'application/json', 'content-length': body.length },
          }),
        },
        (answer) => {
          let text = ''
          answer
            .setEncoding('utf8')
            .on('data', (chunk: string) => (text += chunk))
            .on('end', () => resolve({ status: answer.statusCode ?? 0, text }))
        },
      )
      asked.on('error', reject).end(body)
    })
  const clicks = async () =>
    (JSON.parse((await ask(`${api}/ads/analytics?ad_id=${probeAd}`)).text) as { clicks: number }[])[0]?.clicks ?? 0

  const samples: number[] = []
  let counted = await clicks()
  for (const end = performance.now() + seconds * 1000; performance.now() < end;) {
    const start = performance.now()
    const { status } = await ask(`${ingest}/ads/click`, JSON.stringify({ ad_id: probeAd, event_id: randomUUID() }))
    if (status !== 202) throw new Error(`the probe was answered with ${status}`)
    while ((await clicks()) === counted) {
      if (performance.now() - start > 10_000) throw new Error('the probe was not counted in 10 s')
      await pause(1)
    }
    counted += 1
    samples.push(performance.now() - start)
    await pause(20)
  }
  agent.destroy()
  return samples
}

function ascending(samples: number[]): number[] {
  return samples.toSorted((a, b) => a - b)
}
