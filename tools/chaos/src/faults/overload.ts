import { setTimeout as pause } from 'node:timers/promises'
import type { Fault } from '../fault.ts'
import { highest, residentMegabytes } from '../observe.ts'
import { acknowledged, expectOnly, percentile, waitOf } from './answers.ts'

/** What the line to the broker carries: a small system, so that a load of five times its capacity fits on this machine. */
const bytesPerSecond = 250_000
const seconds = 8

/** As much is acknowledged as before, the rest is refused at once, memory stays flat. */
export const overload: Fault = {
  row: 17,
  name: 'overload',
  does: 'five times the capacity, which a slow line to the broker sets',
  quiet: true,
  system: { proxied: { kafka: true } },
  limit: 5000,
  async trial({ system, startLoad, expect, say, patience }) {
    const [ingest] = system.ingests
    const { proxy } = system.servers.kafka
    proxy.throttle(bytesPerSecond)
    const capacity = await measure({ clients: 32, rate: 2000 })
    const most = highest(() => residentMegabytes(ingest?.pid() ?? 0))
    const memory = residentMegabytes(ingest?.pid() ?? 0)
    const flood = await measure({ clients: 400, rate: (5 * capacity.offered) / seconds })
    const grown = most() - memory
    proxy.heal()
    const healed = performance.now()
    const after = startLoad({ rate: 20 })
    const back = await after.acknowledgedAfter(healed, 30_000)

    const { answers } = flood
    const refused = answers.filter(({ status }) => status === 503 || status === 429).map(waitOf)
    const goodput = flood.events / capacity.events
    say(
      `capacity ${Math.round(capacity.events / seconds)} events/s, under ${answers.length} requests ${Math.round(flood.events / seconds)}; refused ${refused.length}, half of them ` +
        `within ${Math.round(percentile(refused, 0.5))} ms, 99 of 100 within ${Math.round(percentile(refused, 0.99))} ms; memory ${memory.toFixed(0)} MB and ${grown.toFixed(0)} MB more`,
    )
    expectOnly(expect, [200, 202, 429, 503], answers, 'under overload')
    expect(goodput > 0.7, `goodput fell to ${Math.round(goodput * 100)} % under overload`)
    expect(refused.length > 0, 'nothing was refused: that was no overload')
    const median = percentile(refused, 0.5)
    expect(median < 500 * patience, `half of the refusals took more than ${Math.round(median)} ms`)
    expect(grown < 150, `memory grew by ${grown.toFixed(0)} MB`)
    return back

    async function measure(options: { clients: number; rate: number }) {
      const load = startLoad({ persistence: 0, ...options })
      await pause(2000)
      const seen = load.watch()
      await pause(seconds * 1000)
      const answers = seen()
      await load.stop()
      return { answers, events: acknowledged(answers), offered: answers.length }
    }
  },
}
