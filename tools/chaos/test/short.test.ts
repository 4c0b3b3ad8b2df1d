import { expect, it } from 'vitest'
import { sameId } from '../src/faults/same-id.ts'
import { poison } from '../src/faults/poison.ts'
import type { Fault, Trial } from '../src/fault.ts'
import { apiFuzz } from '../src/faults/api-fuzz.ts'
import type { Load } from '../src/load.ts'
import { nextCommit } from '../src/observe.ts'
import type { Expected } from '../src/oracle/oracle.ts'
import { random, useServers, withSystem } from './rig.ts'

const servers = useServers()
/** A pause of the machine is no fault of an answer. */
const patientApps = { ingest: { DEADLINE_MS: '8000' }, api: { QUERY_TIMEOUT_MS: '6000' } }

it('loses and doubles nothing when each of the five processes is killed under load, between poison and repeated ids', async () => {
  await withSystem(servers(), { api: true }, async ({ system, load: begin, verdict }) => {
    const {
      ingests: [ingest],
      writers: [writer],
      api,
    } = system
    const { kafka, postgres } = system.servers
    const expected: Expected = {}
    const load = begin()
    await load.acknowledgedAfter(performance.now(), 10_000)

    await ingest?.kill()
    await load.acknowledgedAfter(performance.now(), 20_000)
    await kafka.kill()
    await kafka.start()
    await load.acknowledgedAfter(performance.now(), 20_000)
    await postgres.kill()
    await postgres.start()
    await nextCommit(system, performance.now(), 30_000)
    await run(poison, load)
    await run(sameId, load)
    await writer?.kill()
    await api?.kill()
    await Promise.all([nextCommit(system, performance.now(), 40_000), api?.answers('/readyz')])

    const { counts, wrong } = await verdict(40_000, expected)
    expect(wrong).toEqual([])
    expect(counts.acknowledged).toBeGreaterThan(500)

    async function run({ trial }: Fault, running: Load) {
      const broken: string[] = []
      const expectation: Trial['expect'] = (kept, promise) => void (kept || broken.push(promise))
      await trial({
        system,
        load: running,
        startLoad: begin,
        random,
        number: 0,
        minutes: 1,
        patience: 5,
        expected,
        expect: expectation,
        say: () => {},
      })
      expect(broken).toEqual([])
    }
  })
})

it('answers generated requests to every documented route with what its document says, and lets nothing invalid into Kafka', async () => {
  await withSystem(servers(), { ...apiFuzz.system, env: patientApps }, async ({ system, load: begin, verdict }) => {
    const broken: string[] = []
    const expected: Expected = {}
    const expectation: Trial['expect'] = (kept, promise) => void (kept || broken.push(promise))
    const idle = { watch: () => () => [], acknowledgedAfter: async () => 0, abandoned: () => 0, stop: async () => {} }
    await apiFuzz.trial({
      system,
      load: idle,
      startLoad: begin,
      random,
      number: 0,
      minutes: 0.2,
      patience: 5,
      expected,
      expect: expectation,
      say: () => {},
    })
    expect(broken).toEqual([])
    expect((await verdict(20_000, expected)).wrong).toEqual([])
  })
})
