import { connect } from 'node:net'
import type { Fault } from '../fault.ts'
import { residentMegabytes } from '../observe.ts'
import { expectOnly, percentile, waitOf } from './answers.ts'

const sockets = 1000
const drip = 1000

/** Each is closed with 408 within 10 s, and others do not notice. */
export const slowSockets: Fault = {
  row: 18,
  name: 'slow-sockets',
  does: '1,000 sockets that send their headers or their body one byte a second',
  limit: 10_000,
  async trial({ system, load, expect, say, patience }) {
    const [ingest] = system.ingests
    const seen = load.watch()
    const ends = await Promise.all(
      Array.from({ length: sockets }, (_, index) => slowly(Number(new URL(ingest?.url ?? '').port), index % 2 === 0)),
    )
    const answers = seen()
    const statuses = new Set(ends.map(({ status }) => status))
    const others = ends.find(({ status }) => status !== '408')
    expect(others === undefined, `slow sockets were answered ${[...statuses].join(', ')}: ${others?.answer}`)
    const waits = answers.map(waitOf)
    say(
      `others waited ${Math.round(percentile(waits, 0.5))} ms, 99 of 100 less than ${Math.round(percentile(waits, 0.99))} ms; memory ${residentMegabytes(ingest?.pid() ?? 0).toFixed(0)} MB`,
    )
    expectOnly(expect, [200, 202], answers, 'to others')
    const longest = percentile(waits, 0.99)
    expect(longest < 1000 * patience, `of others one of 100 waited more than ${Math.round(longest)} ms`)
    return Math.max(...ends.map(({ ms }) => ms))
  },
}

function slowly(port: number, inHeaders: boolean): Promise<{ status: string; ms: number; answer: string }> {
  const head = 'POST /ads/click HTTP/1.1\r\nhost: slow\r\ncontent-type: application/json\r\n'
  return new Promise((resolve) => {
    const began = performance.now()
    let answer = ''
    let timer: NodeJS.Timeout | undefined
    const socket = connect(port, '127.0.0.1', () => {
      socket.write(inHeaders ? `${head}x-slow: ` : `${head}content-length: 1000\r\n\r\n{`)
      timer = setInterval(() => socket.write('a'), drip)
    })
    socket.on('data', (chunk) => (answer += chunk.toString()))
    socket.on('error', () => {})
    socket.once('close', () => {
      clearInterval(timer)
      resolve({ status: /^HTTP\/1.1 (\d+)/.exec(answer)?.[1] ?? 'nothing', ms: performance.now() - began, answer })
    })
  })
}
