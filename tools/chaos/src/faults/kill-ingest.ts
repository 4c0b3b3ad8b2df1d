import type { Fault } from '../fault.ts'

/** Unacknowledged requests fail, acknowledged ones are in Kafka, and it is back in 2 s. */
export const killIngest: Fault = {
  row: 1,
  name: 'kill-ingest',
  does: 'kill -9 of click-ingest under load',
  limit: 2000,
  async trial({ system, load, random, say }) {
    await load.acknowledgedAfter(performance.now() + random.integer(200, 1500), 10_000)
    const [ingest] = system.ingests
    const killed = performance.now()
    await ingest?.kill()
    await ingest?.answers('/livez')
    say(`/livez after ${Math.round(performance.now() - killed)} ms`)
    return load.acknowledgedAfter(killed, 15_000)
  },
}
