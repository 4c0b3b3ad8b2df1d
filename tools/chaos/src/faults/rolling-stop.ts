import { setTimeout as pause } from 'node:timers/promises'
import type { Fault } from '../fault.ts'
import { nextCommit, statusOf } from '../observe.ts'
import type { SupervisedApp } from '../supervised-app.ts'
import { expectOnly } from './answers.ts'

/** No request fails behind a client that retries, and the writer leaves its group at once. */
export const rollingStop: Fault = {
  row: 20,
  name: 'rolling-stop',
  does: 'SIGTERM of every app in turn under load, each started again',
  quiet: true,
  system: { ingests: 2, api: true },
  limit: 3000,
  async trial({ system, startLoad, expect, say }) {
    const load = startLoad({ persistence: 1 })
    const seen = load.watch()
    const readers = startReaders(system.api?.url ?? '')
    await load.acknowledgedAfter(performance.now() + 500, 10_000)
    for (const app of [...system.ingests, ...(system.api ? [system.api] : [])]) await restart(app)
    const [writer] = system.writers
    const asked = performance.now()
    const back = writer ? await Promise.all([restart(writer), nextCommitAfterEnd(writer)]) : []
    await load.stop()
    await readers.stop()
    const answers = seen()
    expect(load.abandoned() === 0, `${load.abandoned()} events were dropped by clients that retry`)
    expectOnly(expect, [0, 200, 202, 503], answers, 'to clients that retry')
    say(
      `${answers.length} requests, ${answers.filter(({ status }) => status === 0).length} had to go to another instance; ${readers.answered()} reads`,
    )
    const wrong = readers.wrong()
    expect(readers.answered() > 0 && wrong.length === 0, `readers were answered ${wrong.join(', ')}`)
    return back[1]

    async function restart(app: SupervisedApp): Promise<void> {
      const ending = app.ended()
      app.signal('SIGTERM')
      expect((await ending) === 0, `${app.name} ended with ${await ending} after SIGTERM`)
      await app.answers('/readyz')
    }

    async function nextCommitAfterEnd(app: SupervisedApp): Promise<number> {
      await app.ended()
      return nextCommit(system, asked, 30_000)
    }
  },
}

/** People who look at the numbers, and look again when they do not see them. */
function startReaders(url: string) {
  let stopping = false
  let answered = 0
  const wrong = new Set<number>()
  const running = Array.from({ length: 3 }, async () => {
    while (!stopping) {
      const status = await statusOf(`${url}/ads/analytics`)
      if (status === 200) answered += 1
      else if (status !== 0 && status !== 503) wrong.add(status)
      await pause(50)
    }
  })
  return {
    answered: () => answered,
    wrong: () => [...wrong],
    async stop() {
      stopping = true
      await Promise.all(running)
    },
  }
}
