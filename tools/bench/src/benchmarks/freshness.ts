import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { sequence } from '../contenders/sequence-floor.ts'
import type { Context } from '../context.ts'
import { paced } from '../load/paced.ts'
import { checkBooks, ledgerPosition, withSql } from '../processes/database.ts'
import { startSystem } from '../processes/system.ts'
import { atMost, type Check, type Figure, type Goal, type Plot, type Result } from '../result.ts'
import { latencyCurve, median, percentile } from '../statistics.ts'

const rates = [1000, 5000]
const probeAd = 1001

/** From the POST of a click to the answer of `GET /ads/analytics` that counts it, while others click at a fixed rate. */
export async function freshness(context: Context): Promise<Result> {
  const system = await startSystem(context, { ads: probeAd })
  const [ingest, api] = await Promise.all([system.startIngest(), system.startApi(), system.startWriter()])
  context.say('the floor: produce, fetch, commit in sequence')
  const floor = await sequence(system.broker, system.server, 400)
  const floorP50 = percentile(floor.toSorted((a, b) => a - b), 50)
  await paced({ url: ingest.url, connections: 32, rate: 2000, seconds: 5, ads: 1000 }).done

  const figures: Figure[] = [{ name: 'floor: produce, fetch, commit in sequence, p50', unit: 'ms', samples: [floorP50] }]
  const goals: Goal[] = []
  const series: Plot['series'] = [{ name: 'floor', points: latencyCurve(floor.toSorted((a, b) => a - b)) }]
  let acknowledged = 0
  for (const rate of rates) {
    const rounds: { p50: number; p99: number }[] = []
    for (let round = 1; round <= context.rounds; round++) {
      const load = paced({ url: ingest.url, connections: 64, rate, seconds: Math.max(context.seconds, 5) + 1, ads: 1000 })
      await pause(1000)
      const samples = (await probe(ingest.url, api.url, Math.max(context.seconds, 5))).sort((a, b) => a - b)
      const { statuses } = await load.done
      acknowledged += (statuses['202'] ?? 0)
      rounds.push({ p50: percentile(samples, 50), p99: percentile(samples, 99) })
      if (round === 1) series.push({ name: `${rate} clicks/s`, points: latencyCurve(samples) })
      context.say(`${rate} clicks/s, round ${round}: p50 ${percentile(samples, 50).toFixed(1)} ms, p99 ${percentile(samples, 99).toFixed(1)} ms of ${samples.length} probes`)
    }
    const p50 = rounds.map((sample) => sample.p50)
    const p99 = rounds.map((sample) => sample.p99)
    figures.push(
      { name: `${rate} clicks/s: from POST to analytics, p50`, unit: 'ms', samples: p50, better: 'lower' },
      { name: `${rate} clicks/s: from POST to analytics, p99`, unit: 'ms', samples: p99, better: 'lower' },
    )
    goals.push(atMost(`p50 at ${rate} clicks/s against the floor`, median(p50) / floorP50, 5), atMost(`p99 at ${rate} clicks/s, ms`, median(p99), 25))
  }
  return { benchmark: 'freshness', figures, goals, checks: await drained(), plots: [{ title: 'From POST to analytics', x: 'percentile', y: 'ms', logarithmic: 'y', series }], notes: [] }

  async function drained(): Promise<Check[]> {
    const expected = await system.broker.recordsOf(system.topics.click)
    await withSql(system.database.url, async (sql) => {
      for (const deadline = performance.now() + 30_000; performance.now() < deadline && (await ledgerPosition(sql)) < expected; ) await pause(50)
    })
    const checks = await checkBooks(system.database.url, 'after the load', { read: expected })
    return [...checks, { name: 'every acknowledged click is in the log', ok: expected >= acknowledged, detail: `${acknowledged} acknowledged, ${expected} in the log` }]
  }
}

/** One click after the other on an ad that nobody else clicks, and polls until it is counted. */
async function probe(ingest: string, api: string, seconds: number): Promise<number[]> {
  const samples: number[] = []
  let counted = await clicksOf(api)
  for (const end = performance.now() + seconds * 1000; performance.now() < end; ) {
    const start = performance.now()
    const answer = await fetch(`${ingest}/ads/click`, {
      method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ ad_id: probeAd, event_id: randomUUID() }),
    })
    if (answer.status !== 202) throw new Error(`the probe was answered with ${answer.status}`)
    await answer.arrayBuffer()
    while ((await clicksOf(api)) === counted) if (performance.now() - start > 10_000) throw new Error('the probe was not counted in 10 s')
    counted += 1
    samples.push(performance.now() - start)
    await pause(20)
  }
  return samples
}

async function clicksOf(api: string): Promise<number> {
  const rows = (await (await fetch(`${api}/ads/analytics?ad_id=${probeAd}`)).json()) as { clicks: number }[]
  return rows[0]?.clicks ?? 0
}
