import { setTimeout as pause } from 'node:timers/promises'
import type { Context } from '../context.ts'
import { paced } from '../load/paced.ts'
import { cpuOf, cpuOfTree, stopwatch } from '../processes/cpu.ts'
import { checkBooks, ledgerPosition, reachPosition, withSql } from '../processes/database.ts'
import { startSystem } from '../processes/system.ts'
import { atLeast, type Result } from '../result.ts'
import { percentile } from '../statistics.ts'

/** Clicks a second, tried in this order: the first that holds for a short trial is offered for the whole time. */
const rates = [30_000, 25_000, 20_000, 15_000, 12_000, 10_000, 8000, 6000, 4000, 2000, 1000]
const trialSeconds = 10
const goalRate = 15_000
/** As page trackers and servers send them. One by one, on two cores that the load shares, a bare route does not take as many everywhere. */
const perRequest = 10

interface Trial {
  rate: number
  seconds: number
  acknowledgedOfOffered: number
  /** Seconds since the start, and how many clicks the log had and the ledger had not. */
  lags: [number, number][]
  lagSeconds: number
  p99: number
  /** Microseconds a click. */
  cpu: Record<string, number>
}

/** The highest rate at which each click is acknowledged, and in the ledger within a second, with the load and all processes on the same cores. */
export async function sustained(context: Context): Promise<Result> {
  const system = await startSystem(context)
  const [ingest, writer] = await Promise.all([system.startIngest(), system.startWriter()])
  const inLog = () => system.broker.recordsOf(system.topics.click)
  const seconds = Math.max(context.seconds, 30)
  context.say('warming up')
  await offer(5000, 20)
  const { rate, ...taken } = await search()
  const offered = `${rate} clicks/s for ${taken.seconds} s`
  return {
    benchmark: 'sustained',
    figures: [
      { name: `${offered}: acknowledged of offered`, unit: 'ratio', samples: [taken.acknowledgedOfOffered] },
      { name: `${offered}: lag at most`, unit: 's', samples: [taken.lagSeconds], better: 'lower' },
      { name: `${offered}: p99 of an acknowledgement`, unit: 'ms', samples: [taken.p99], better: 'lower' },
      ...Object.entries(taken.cpu).map(([name, time]) => ({
        name: `${offered}: CPU of ${name}`,
        unit: 'µs/click',
        samples: [time],
        better: 'lower' as const,
      })),
    ],
    goals: [
      atLeast(
        `rate that holds for ${seconds} s: all acknowledged, lag at most 1 s, clicks/s`,
        holds(taken) ? rate : 0,
        goalRate,
      ),
    ],
    checks: await checkBooks(system.database.url, 'sustained', { read: await inLog() }),
    plots: [
      {
        title: `Lag of the writer at ${offered}`,
        x: 's',
        y: 'events',
        series: [{ name: 'in the log, not in the ledger', points: taken.lags }],
      },
    ],
    notes: [`${perRequest} clicks a request`],
  }

  async function search(): Promise<Trial> {
    let trial: Trial | undefined
    for (const rate of rates) {
      trial = await offer(rate, trialSeconds)
      if (holds(trial)) trial = await offer(rate, seconds)
      if (holds(trial)) break
    }
    return trial as Trial
  }

  function offer(rate: number, seconds: number): Promise<Trial> {
    return withSql(system.database.url, async (sql) => {
      const read = stopwatch({
        ingest: () => cpuOf(ingest.pid),
        writer: () => cpuOf(writer.pid),
        broker: () => cpuOf(system.broker.pid),
        postgres: () => cpuOfTree(system.server.pid),
      })
      const lags: [number, number][] = []
      const began = performance.now()
      let running = true
      const load = paced({ url: ingest.url, connections: 128, rate, seconds, ads: 1000, perRequest }).done
      const ended = load.finally(() => (running = false))
      for (; running; await pause(250)) {
        const written = await inLog()
        lags.push([(performance.now() - began) / 1000, Math.max(0, written - (await ledgerPosition(sql)))])
      }
      const { statuses, latencies } = await ended
      const acknowledged = statuses['202'] ?? 0
      await reachPosition(sql, await inLog())
      const trial: Trial = {
        rate,
        seconds,
        acknowledgedOfOffered: acknowledged / (rate * seconds),
        lags,
        lagSeconds: Math.max(...lags.map(([, lag]) => lag)) / rate,
        p99: percentile(latencies, 99),
        cpu: Object.fromEntries(Object.entries(read()).map(([name, time]) => [name, time / acknowledged])),
      }
      context.say(
        `${rate} clicks/s for ${seconds} s: ${trial.acknowledgedOfOffered.toFixed(2)} acknowledged, lag at most ${trial.lagSeconds.toFixed(2)} s`,
      )
      return trial
    })
  }
}

function holds({ acknowledgedOfOffered, lagSeconds }: Pick<Trial, 'acknowledgedOfOffered' | 'lagSeconds'>): boolean {
  return acknowledgedOfOffered >= 1 && lagSeconds <= 1
}
