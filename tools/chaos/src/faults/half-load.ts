import { readdirSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import type { Fault } from '../fault.ts'
import { heldMegabytes } from '../heap.ts'
import { memoryLimits } from '../memory-limits.ts'
import { metric, residentMegabytes } from '../observe.ts'
import type { SupervisedApp } from '../supervised-app.ts'
import { expectOnly, percentile } from './answers.ts'

interface Sample {
  resident: number
  descriptors: number
  timers: number
}

/** Memory in use, sockets and timers do not grow, and resident memory stays within the limit of the container. */
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
    const held = new Map(await heldBy(apps))
    const over = performance.now() + minutes * 60_000
    while (performance.now() < over) {
      for (const app of apps) samples.get(app)?.push(await sample(app))
      await pause(Math.min(10_000, minutes * 1000))
    }
    for (const app of apps) expect(app.endings.length === 0, `${app.name} ended: ${app.endings.join(', ')}`)
    for (const [app, megabytes] of await heldBy(apps)) {
      const all = samples.get(app) ?? []
      const third = Math.ceil(all.length / 3)
      const median = (part: Sample[], of: 'descriptors' | 'timers') =>
        percentile(
          part.map((each) => each[of]),
          0.5,
        )
      for (const [what, allowed] of [
        ['descriptors', 5],
        ['timers', 10],
      ] as const)
        judge(app, what, median(all.slice(0, third), what), median(all.slice(-third), what), allowed)
      judge(app, 'megabytes in use', held.get(app) ?? 0, megabytes, 10)
      const most = Math.max(...all.map(({ resident }) => resident))
      const limit = memoryLimits[app.name] ?? 0
      say(`${app.name}: at most ${most.toFixed(0)} MB resident`)
      expect(most < limit, `${app.name}: ${most.toFixed(0)} MB were resident, the limit is ${limit} MB`)
    }
    expectOnly(expect, [200, 202], seen(), 'at half load')
    return undefined

    function judge(app: SupervisedApp, what: string, first: number, last: number, allowed: number) {
      const change = `${app.name}: ${what} ${first.toFixed(0)}, in the end ${last.toFixed(0)}`
      say(change)
      expect(last <= first * 1.1 + allowed, change)
    }
  },
}

async function heldBy(apps: SupervisedApp[]): Promise<[SupervisedApp, number][]> {
  return Promise.all(apps.map(async (app) => [app, await heldMegabytes(app)]))
}

async function sample(app: SupervisedApp): Promise<Sample> {
  const resources = await metric(app, 'nodejs_active_resources')
  return {
    resident: residentMegabytes(app.pid()),
    descriptors: readdirSync(`/proc/${app.pid()}/fd`).length,
    timers: resources.get('{type="Timeout"}') ?? 0,
  }
}
