import type { Fault } from '../fault.ts'
import { nextCommit } from '../observe.ts'
import type { SupervisedApp } from '../supervised-app.ts'

const serverLimit = 10_000
const appLimit = 2000
/** The session of a killed writer ends after 9 s. */
const writerLimit = 12_000

/** Each is back in its time, and the ledger balances after all of them. */
export const killEach: Fault = {
  row: 23,
  name: 'kill-each',
  does: 'kill -9 of each of the five processes, one after the other, under one load',
  system: { api: true },
  async trial({ system, load, expect, patience, say }) {
    const { kafka, postgres } = system.servers
    for (const app of [...system.ingests, ...(system.api ? [system.api] : [])]) await killed(app)
    await timed('Kafka', serverLimit, async (since) => {
      await kafka.kill()
      await kafka.start()
      await load.acknowledgedAfter(since, 30_000)
    })
    await timed('PostgreSQL', serverLimit, async () => {
      await postgres.kill()
      await postgres.start()
      await system.api?.answers('/readyz')
    })
    await nextCommit(system, performance.now(), 60_000)
    for (const writer of system.writers)
      await timed("the writer's next commit", writerLimit, async (since) => {
        await killed(writer)
        await nextCommit(system, since, 30_000)
      })
    return undefined

    function killed(app: SupervisedApp) {
      return timed(`/livez of ${app.name}`, appLimit, async () => {
        await app.kill()
        await app.answers('/livez')
      })
    }

    async function timed(what: string, limit: number, work: (since: number) => Promise<void>) {
      const since = performance.now()
      await work(since)
      const took = Math.round(performance.now() - since)
      say(`${what} after ${took} ms`)
      expect(took <= limit * patience, `${what} took ${took} ms, not ${limit}`)
    }
  },
}
