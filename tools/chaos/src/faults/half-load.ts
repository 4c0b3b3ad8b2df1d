import { readdirSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import type { Fault } from '../fault.ts'
import { metric, residentMegabytes } from '../observe.ts'
import type { SupervisedApp } from '../supervised-app.ts'
import { percentile, unusual } from './answers.ts'

interface Sample {
  memory: number
  descriptors: number
  timers: number
}

/** Memory, sockets and timers do not grow. */
export const halfLoad: Fault = {
  row: 22,
  name: 'half-load',
  does: 'half load for --minutes',
  quiet: true,
  once: true,
  async trial({ system, startLoad, minutes, expect, say }) {
    const load = startLoad({ rate: 250, clients: 24 })
    const seen = load.watch()
    // compilers and caches warm up
    await load.acknowledgedAfter(performance.now() + Math.min(60_000, minutes * 20_000), 120_000)
    const apps = [...system.ingests, ...system.writers]
    const samples = new Map<SupervisedApp, Sample[]>(apps.map((app) => [app, []]))
    const over = performance.now() + minutes * 60_000
    while (performance.now() < over) {
      for (const app of apps) samples.get(app)?.push(await sample(app))
      await pause(Math.min(10_000, minutes * 1000))
    }
    for (const app of apps) judge(app, samples.get(app) ?? [])
    const answers = seen()
    expect(unusual(answers, [200, 202]).length === 0, `answers ${unusual(answers, [200, 202]).join(', ')} at half load`)
    return undefined

    function judge(app: SupervisedApp, all: Sample[]) {
      const third = Math.ceil(all.length / 3)
      for (const [what, allowed] of [
        ['memory', 30],
        ['descriptors', 5],
        ['timers', 10],
      ] as const) {
        const [first, last] = [all.slice(0, third), all.slice(-third)].map((part) =>
          percentile(
            part.map((each) => each[what]),
            0.5,
          ),
        ) as [number, number]
        say(`${app.name}: ${what} ${first.toFixed(0)}, in the end ${last.toFixed(0)}`)
        expect(
          last <= first * 1.1 + allowed,
          `${app.name}: ${what} grew from ${first.toFixed(0)} to ${last.toFixed(0)}`,
        )
      }
      expect(app.endings.length === 0, `${app.name} ended: ${app.endings.join(', ')}`)
    }
  },
}

async function sample(app: SupervisedApp): Promise<Sample> {
  const resources = await metric(app, 'nodejs_active_resources')
  return {
    memory: residentMegabytes(app.pid()),
    descriptors: readdirSync(`/proc/${app.pid()}/fd`).length,
    timers: resources.get('{type="Timeout"}') ?? 0,
  }
}
