import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll } from 'vitest'
import { type Load, type LoadOptions, startLoad } from '../src/load.ts'
import { createOracle, drained, type Expected, type Verdict } from '../src/oracle/oracle.ts'
import { createRandom } from '../src/random.ts'
import { type Servers, startServers } from '../src/servers.ts'
import { startSystem, type System, type SystemOptions } from '../src/system.ts'

export const random = createRandom(Number(process.env.CHAOS_SEED ?? 20_260_707))

/** A broker and a database for the tests of this file, which may kill them. */
export function useServers(): () => Servers {
  let servers: Servers | undefined
  let dir = ''
  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'ads-tracker-chaos-'))
    chmodSync(dir, 0o711)
    servers = await startServers(dir)
  })
  afterAll(async () => {
    await servers?.close()
    rmSync(dir, { recursive: true, force: true })
  })
  return () => servers as Servers
}

export interface Rig {
  system: System
  load(options?: Partial<LoadOptions>): Load
  /** Waits up to `within` ms for the books to reach the end of the log, then asks the oracle. */
  verdict(within: number, expected?: Expected): Promise<Verdict>
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
  try {
    await work({
      system,
      load(more = {}) {
        const load = startLoad({
          urls: system.ingests.map(({ url }) => url),
          journal: system.journal,
          random: random.fork(),
          rate: 60,
          ...more,
        })
        loads.push(load)
        return load
      },
      async verdict(within, expected) {
        await Promise.all(loads.map((load) => load.stop()))
        await drained(system, within)
        return examine(expected)
      },
    })
  } finally {
    await Promise.all(loads.map((load) => load.stop()))
    await system.close()
  }
}
