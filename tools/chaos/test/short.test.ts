import { expect, it } from 'vitest'
import { sameId } from '../src/faults/same-id.ts'
import { poison } from '../src/faults/poison.ts'
import { apiFuzz } from '../src/faults/api-fuzz.ts'
import { nextCommit } from '../src/observe.ts'
import { useServers, withSystem } from './rig.ts'

const servers = useServers()
/** A pause of the machine is no fault of an answer. */
const patientApps = { ingest: { DEADLINE_MS: '8000' }, api: { QUERY_TIMEOUT_MS: '6000' } }

it('loses and doubles nothing when each of the five processes is killed under load, between poison and repeated ids', async () => {
  await withSystem(servers(), { api: true }, async ({ system, load: begin, trial, verdict }) => {
    const {
      ingests: [ingest],
      writers: [writer],
      api,
    } = system
    const { kafka, postgres } = system.servers
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
    await trial(poison, load)
    await trial(sameId, load)
    await writer?.kill()
    await api?.kill()
    await Promise.all([nextCommit(system, performance.now(), 40_000), api?.answers('/readyz')])

    const { counts, wrong } = await verdict(40_000)
    expect(wrong).toEqual([])
    expect(counts.acknowledged).toBeGreaterThan(500)
  })
})

it('answers generated requests to every documented route with what its document says, and lets nothing invalid into Kafka', async () => {
  await withSystem(servers(), { ...apiFuzz.system, env: patientApps }, async ({ trial, verdict }) => {
    await trial(apiFuzz)
    expect((await verdict(20_000)).wrong).toEqual([])
  })
})
