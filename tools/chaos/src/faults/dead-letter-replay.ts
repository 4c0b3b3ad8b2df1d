import { spawn } from 'node:child_process'
import { entry, runJob } from '@ads-tracker/local-servers'
import { uuidv7 } from '@ads-tracker/events'
import { numberOf } from '../database.ts'
import type { Fault, Trial } from '../fault.ts'
import type { SentEvent } from '../journal.ts'
import { send } from '../send.ts'
import { until } from '../until.ts'

const letters = 40

/** Counted exactly once, however often it is replayed, at the same time and interrupted. */
export const deadLetterReplay: Fault = {
  row: 13,
  name: 'dead-letter-replay',
  does: 'clicks on an ad that is made later, replayed by an interrupted job, then by two at once, then once more',
  async trial({ system, number, expected, expect }) {
    const ad = 1000 + number
    const events = Array.from({ length: letters }, (): SentEvent => ({
      type: 'click',
      event_id: uuidv7(),
      ad_id: ad,
      playback_time: 1,
    }))
    await send(system.journal, system.ingests[0]?.url ?? '', events)
    expected.unknown_ad = (expected.unknown_ad ?? 0) + letters
    await until('dead letters of the unknown ad', async () => (await pending(system)) === letters, { within: 20_000 })

    const tooEarly = await runJob('dead-letters', system.toolEnv, 'replay')
    expect(tooEarly.includes(`left ${letters} of ad ${ad}`), `a replay without the ad says: ${tooEarly}`)
    await system.sql`insert into ads (id, image_url, target_url) values (${ad}, 'http://127.0.0.1/i', 'http://127.0.0.1/t')`
    const began = performance.now()
    await interrupted(system)
    await Promise.all([replay(system), replay(system)])
    await until('all are counted', async () => (await counted(system, ad)) === letters, { within: 20_000 })
    const took = performance.now() - began
    await replay(system)
    await until('nothing is left to replay', async () => (await pending(system)) === 0, { within: 20_000 })
    expect((await counted(system, ad)) === letters, `${await counted(system, ad)} of ${letters} are counted`)
    return took
  },
}

const replay = ({ toolEnv }: Trial['system']) => runJob('dead-letters', toolEnv, 'replay', '--reason', 'unknown_ad')

/** A replay that is killed as soon as it has sent something. */
async function interrupted({ toolEnv }: Trial['system']): Promise<void> {
  const child = spawn(process.execPath, [entry('tools/cli'), 'dead-letters', 'replay'], {
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...process.env, ...toolEnv },
  })
  child.stdout.once('data', () => child.kill('SIGKILL'))
  await new Promise((resolve) => child.once('close', resolve))
}

const pending = ({ sql }: Trial['system']) => numberOf(sql`select count(*) from dead_letters where replayed_at is null`)

const counted = ({ sql }: Trial['system'], ad: number) =>
  numberOf(sql`select sum(clicks) from ad_total_counts where ad_id = ${ad}`)
