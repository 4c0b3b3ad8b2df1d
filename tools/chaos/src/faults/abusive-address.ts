import { request } from 'node:http'
import { uuidv7 } from '@ads-tracker/events'
import type { Fault } from '../fault.ts'
import type { SentEvent } from '../journal.ts'
import type { Answer } from '../post-events.ts'
import { send } from '../send.ts'
import { expectOnly } from './answers.ts'

const limit = 400

/** It is told 429 whatever it claims to be, and others do not notice. */
export const abusiveAddress: Fault = {
  row: 19,
  name: 'abusive-address',
  does: 'one address sends five times its limit, each time with another X-Forwarded-For',
  quiet: true,
  system: { env: { ingest: { RATE_LIMIT_MAX: String(limit), RATE_LIMIT_WINDOW_SECONDS: '10' } } },
  async trial({ system, startLoad, number, expect, say, random }) {
    // five events a request on average: well below the limit, which counts events
    const others = startLoad({ rate: 3, clients: 4 })
    const seen = others.watch()
    await others.acknowledgedAfter(performance.now(), 10_000)
    // all of 127.0.0.0/8 is this machine: an address of its own for each trial
    const from = `127.0.1.${number + 1}`
    const post = (url: string, events: SentEvent[]) =>
      postFrom(from, `10.${random.integer(0, 255)}.${random.integer(0, 255)}.${random.integer(1, 254)}`, url, events)
    const statuses: number[] = []
    const abusers = Array.from({ length: 20 }, async () => {
      while (statuses.length < 5 * limit) {
        const event: SentEvent = { type: 'click', event_id: uuidv7(), ad_id: 1, ip: '203.0.113.7' }
        statuses.push((await send(system.journal, system.ingests[0]?.url ?? '', [event], 'abuser', post)).status)
      }
    })
    await Promise.all(abusers)
    const refused = statuses.filter((status) => status === 429).length
    say(`${statuses.length - refused} of ${statuses.length} requests of the abuser were let in`)
    expect(refused >= statuses.length - 3 * limit, `only ${refused} of ${statuses.length} requests were refused`)
    expect(
      statuses.every((status) => status === 429 || status === 202),
      `the abuser was answered ${[...new Set(statuses)].join(', ')}`,
    )
    await others.acknowledgedAfter(performance.now(), 10_000)
    expectOnly(expect, [200, 202], seen(), 'to others')
    return undefined
  },
}

function postFrom(localAddress: string, claim: string, url: string, [event]: SentEvent[]): Promise<Answer> {
  const { type, ...body } = event as SentEvent
  return new Promise((resolve) => {
    const headers = {
      'content-type': 'application/json',
      'user-agent': 'abuser',
      'x-forwarded-for': claim,
      'x-real-ip': claim,
      forwarded: `for=${claim}`,
    }
    const call = request(`${url}/ads/${type}`, { method: 'POST', localAddress, headers }, (response) => {
      const status = response.statusCode ?? 0
      response
        .resume()
        .once('close', () =>
          resolve({ status, outcomes: [status === 202 ? 'ok' : status < 500 ? 'fail' : 'unknown'], ids: [null] }),
        )
    })
    call.once('error', () => resolve({ status: 0, outcomes: ['unknown'], ids: [null] }))
    call.end(JSON.stringify(body))
  })
}
