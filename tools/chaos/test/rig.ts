import { afterAll, beforeAll, expect } from 'vitest'
import type { Fault, Trial } from '../src/fault.ts'
import { type Load, type LoadOptions, noLoad, startLoad } from '../src/load.ts'
import { createOracle, drained, type Expected, type Verdict } from '../src/oracle/oracle.ts'
import { createRandom } from '../src/random.ts'
import { type Servers, startServers } from '../src/servers.ts'
import { startSystem, type System, type SystemOptions } from '../src/system.ts'

export const random = createRandom(Number(process.env.CHAOS_SEED ?? 20_260_707))

/** A broker and a database for the tests of this file, which may kill them. */
export function useServers(): () => Servers {
  let servers: Servers | undefined
  beforeAll(async () => void (servers = await startServers()))
  afterAll(() => servers?.close())
  return () => servers as Servers
}

export interface Rig {
  system: System
  load(options?: Partial<LoadOptions>): Load
  /** One trial of a fault, which must keep its promises. */
  trial(fault: Fault, load?: Load): Promise<void>
  /** Waits up to `within` ms for the ledger to reach the end of the log, then asks the oracle. */
  verdict(within: number): Promise<Verdict>
}

/** Runs `work` against a system of its own. */
export async function withSystem(
  servers: Servers,
  options: SystemOptions,
  work: (rig: Rig) => Promise<void>,
): Promise<void> {
  const system = await startSystem(servers, options)
  const examine = createOracle(system)
  const loads: Load[] = []
  const expected: Expected = {}
  try {
    await work({ system, load: begin, trial, verdict })
  } finally {
    await Promise.all(loads.map((load) => load.stop()))
    await system.close()
  }

  function begin(more: Partial<LoadOptions> = {}) {
    const { journal, ingests } = system
    const load = startLoad({ urls: ingests.map(({ url }) => url), journal, random: random.fork(), rate: 60, ...more })
    loads.push(load)
    return load
  }

  async function trial(fault: Fault, load = noLoad) {
    const broken: string[] = []
    const note: Trial['expect'] = (kept, promise) => void (kept || broken.push(promise))
    const limits = { number: 0, minutes: 0.2, patience: 5 }
    await fault.trial({ system, load, startLoad: begin, random, expected, expect: note, say: () => {}, ...limits })
    expect(broken).toEqual([])
  }

  async function verdict(within: number) {
    await Promise.all(loads.map((load) => load.stop()))
    await drained(system, within)
    return examine(expected)
  }
}
