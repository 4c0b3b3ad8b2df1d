import { mkdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Fault, Trial } from './fault.ts'
import { type Load, noLoad, startLoad } from './load.ts'
import { createOracle, drained, type Expected, type Verdict } from './oracle/oracle.ts'
import type { Random } from './random.ts'
import type { Servers } from './servers.ts'
import { startSystem, type System } from './system.ts'

export interface Report {
  fault: Fault
  trials: number
  /** Of the last verdict: the journal and the database grow over the trials of a fault. */
  verdict: Verdict | undefined
  recoveries: number[]
  violations: string[]
}

export interface RunOptions {
  servers: Servers
  trials: number
  random: Random
  minutes: number
  /** Deadlines are multiplied by this: for machines that others use as well. */
  patience: number
  say: (line: string) => void
}

/** All trials of a fault on one system, each followed by the oracle. */
export async function runFault(fault: Fault, options: RunOptions): Promise<Report> {
  const { servers, random, say } = options
  const trials = fault.once ? 1 : Math.max(options.trials, fault.variants ?? 1)
  const report: Report = { fault, trials: 0, verdict: undefined, recoveries: [], violations: [] }
  const system = await startSystem(servers, fault.system)
  try {
    const examine = createOracle(system)
    const expected: Expected = {}
    for (let number = 0; number < trials; number += 1) {
      await runTrial({ fault, system, expected, number, options, report })
      report.verdict = await examine(expected)
      report.trials += 1
      report.violations.push(...report.verdict.wrong.map((text) => `trial ${number + 1}: ${text}`))
      say(`${fault.name} ${number + 1}/${trials}${describe(report)}`)
      // lost or doubled events stay so: more trials on this system would tell nothing
      if (report.verdict.wrong.length > 0) break
    }
  } finally {
    if (report.violations.length > 0) say(keepOutputs(system))
    await system.close()
  }
  return report

  function describe({ verdict, recoveries }: Report) {
    const recovery = recoveries.at(-1)
    const back = recovery === undefined ? '' : `, back in ${(recovery / 1000).toFixed(2)} s`
    const kept = report.violations.length === 0 ? 'all promises kept' : report.violations.join('; ')
    return `: ${verdict?.counts.acknowledged} acknowledged${back}, ${kept}`
  }

  async function runTrial({ system: tested, expected, number, report: { violations, recoveries } }: TrialDeps) {
    const loads: Load[] = []
    const begin: Trial['startLoad'] = ({ urls, ...rest } = {}) => {
      const { journal, ingests } = tested
      const load = startLoad({ urls: urls ?? ingests.map(({ url }) => url), journal, random: random.fork(), ...rest })
      loads.push(load)
      return load
    }
    const expect: Trial['expect'] = (kept, promise) => void (kept || violations.push(`trial ${number + 1}: ${promise}`))
    try {
      const load = fault.quiet ? noLoad : begin()
      if (!fault.quiet) await load.acknowledgedAfter(performance.now(), 10_000 * options.patience)
      const recovery = await fault.trial({
        system: tested,
        load,
        startLoad: begin,
        random,
        number,
        expected,
        expect,
        minutes: options.minutes,
        patience: options.patience,
        say: (what) => say(`  ${fault.name}: ${what}`),
      })
      if (recovery !== undefined) {
        recoveries.push(recovery)
        const limit = (fault.limit ?? Infinity) * options.patience
        expect(recovery <= limit, `back in ${Math.round(recovery)} ms, not in ${limit} ms`)
      }
    } catch (error) {
      const { message = String(error), cause } = error as Partial<Error>
      expect(false, cause === undefined ? message : `${message} (${String(cause)})`)
    } finally {
      await Promise.all(loads.map((load) => load.stop()))
    }
    await drained(tested, (fault.drain ?? 60_000) * options.patience)
  }
}

interface TrialDeps {
  fault: Fault
  system: System
  expected: Expected
  number: number
  options: RunOptions
  report: Report
}

/** What the apps printed, in files that stay; resolves with where they are. */
function keepOutputs({ ingests, writers, api, prefix }: System): string {
  const folder = join(tmpdir(), `ads-tracker-${prefix}logs`)
  mkdirSync(folder, { recursive: true })
  for (const [place, { name, output, endings }] of [...ingests, ...writers, ...(api ? [api] : [])].entries())
    writeFileSync(join(folder, `${place}-${name}.log`), `${output()}\n${name} ended: ${endings.join(', ')}\n`)
  return `what the apps printed is in ${folder}`
}
