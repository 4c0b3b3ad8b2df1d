import { setTimeout as pause } from 'node:timers/promises'
import type { Fault } from '../fault.ts'
import { highest, residentMegabytes, statusOf } from '../observe.ts'
import { expectOnly, slowest } from './answers.ts'

/** Each request is told 503 within 3 s, memory stays flat, and the health routes say the truth. */
export const kafkaGone: Fault = {
  row: 5,
  name: 'kafka-gone',
  does: 'no broker for a while (20 s for each of --minutes), with many clients',
  limit: 10_000,
  async trial({ system, startLoad, expect, minutes, patience, say }) {
    const { kafka } = system.servers
    const [ingest] = system.ingests
    const url = ingest?.url ?? ''
    const many = startLoad({ clients: 100, rate: 300 })
    await many.acknowledgedAfter(performance.now() + 1000, 20_000)
    await kafka.kill()
    await pause(500)
    const memory = residentMegabytes(ingest?.pid() ?? 0)
    const most = highest(() => residentMegabytes(ingest?.pid() ?? 0))
    const seen = many.watch()
    await pause(minutes * 20_000)
    const [ready, live] = await Promise.all([statusOf(`${url}/readyz`), statusOf(`${url}/livez`)])
    const answers = seen()
    expect(ready === 503 && live === 200, `/readyz answers ${ready} and /livez ${live} without a broker`)
    expect(answers.length > 0, 'nothing was answered without a broker')
    expectOnly(expect, [503], answers, 'without a broker')
    const longest = Math.round(slowest(answers))
    expect(longest < 3000 * patience, `an answer took ${longest} ms without a broker`)
    const grown = most() - memory
    say(
      `${answers.length} answers, the slowest after ${longest} ms; memory ${memory.toFixed(0)} MB, at most ${grown.toFixed(0)} MB more`,
    )
    expect(grown < 60, `memory grew by ${grown.toFixed(0)} MB`)
    await kafka.start()
    return many.acknowledgedAfter(performance.now(), 30_000)
  },
}
