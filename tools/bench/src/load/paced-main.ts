import { connect, type Socket } from 'node:net'
import { idPrefix } from './click-script.ts'
import type { PacedOptions, PacedResult, Tick } from './paced.ts'

// A process of its own: sends clicks at a fixed rate whatever the answers do, and measures from when each was due, so
// that a server that stalls cannot hide it (no coordinated omission).
interface Connection {
  socket: Socket
  busy: boolean
  due: number
  received: string
}

const options = JSON.parse(process.argv[2] ?? '{}') as PacedOptions
const { connections, seconds, ads, patienceMs = 5000, perRequest = 1 } = options
const rate = options.rate / perRequest
const { hostname, port } = new URL(options.url)
const prefix = idPrefix()
const time = new Date().toISOString()
const latencies: number[] = []
const refusals: number[] = []
const statuses: Record<string, number> = {}
const ticks: Tick[] = []
const idle: Connection[] = []
const waiting: number[] = []
let sent = 0
let dropped = 0
let broken = 0
let number = 0

const all = await Promise.all(Array.from({ length: connections }, open))
idle.push(...all)
const start = performance.now()
let issued = 0
await new Promise<void>((resolve) => {
  const timer = setInterval(() => {
    const now = performance.now()
    const due = Math.min(Math.floor(((now - start) * rate) / 1000), Math.round(rate * seconds))
    for (; issued < due; issued++) issue(start + (issued * 1000) / rate)
    while (waiting.length > 0 && now - (waiting[0] as number) > patienceMs) {
      waiting.shift()
      dropped += 1
      tickOf(now).dropped += 1
    }
    const over = now - start > seconds * 1000
    if (over && ((waiting.length === 0 && idle.length === all.length) || now - start > seconds * 1000 + patienceMs)) {
      clearInterval(timer)
      resolve()
    }
  }, 1)
})
for (const { socket } of all) socket.destroy()
const result: PacedResult = {
  sent,
  dropped,
  broken,
  statuses,
  latencies: latencies.sort((a, b) => a - b),
  refusals: refusals.sort((a, b) => a - b),
  ticks,
}
process.stdout.write(JSON.stringify(result), () => process.exit(0))

function issue(due: number) {
  const connection = idle.pop()
  if (connection) send(connection, due)
  else waiting.push(due)
}

function send(connection: Connection, due: number) {
  sent += perRequest
  const clicks = Array.from({ length: perRequest }, click)
  const [path, body] =
    perRequest === 1
      ? ['/ads/click', `{${clicks[0]}}`]
      : ['/ads/events', `{"events":[${clicks.map((fields) => `{"type":"click",${fields}}`).join(',')}]}`]
  connection.busy = true
  connection.due = due
  connection.socket.write(
    `POST ${path} HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  )
}

function click(): string {
  number += 1
  return `"event_id":"${prefix}${number.toString(16).padStart(12, '0')}","ad_id":${(number % ads) + 1},"timestamp":"${time}","playback_time":15.5`
}

function open(): Promise<Connection> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: hostname, port: Number(port), noDelay: true })
    const connection: Connection = { socket, busy: false, due: 0, received: '' }
    socket.setEncoding('latin1')
    socket.once('connect', () => resolve(connection)).once('error', reject)
    socket.on('error', () => {})
    socket.on('data', (chunk: string) => receive(connection, chunk))
    socket.on('close', () => lose(connection))
  })
}

function receive(connection: Connection, chunk: string) {
  connection.received += chunk
  const { received } = connection
  const head = received.indexOf('\r\n\r\n')
  if (head < 0) return
  const length = Number(/content-length: (\d+)/i.exec(received)?.[1] ?? 0)
  if (received.length < head + 4 + length) return
  answered(connection, received)
  connection.received = ''
  connection.busy = false
  const next = waiting.shift()
  if (next === undefined) idle.push(connection)
  else send(connection, next)
}

function answered({ due }: Connection, answer: string) {
  const now = performance.now()
  const tick = tickOf(now)
  const acknowledged = perRequest === 1 ? Number(answer.startsWith('202', 9)) : answer.split('"status":202').length - 1
  const status = answer.slice(9, 12)
  if (acknowledged > 0) statuses['202'] = (statuses['202'] ?? 0) + acknowledged
  if (acknowledged < perRequest) statuses[status] = (statuses[status] ?? 0) + perRequest - acknowledged
  if (acknowledged === perRequest) {
    latencies.push(now - due)
    tick.slowest = Math.max(tick.slowest, now - due)
  } else {
    refusals.push(now - due)
  }
  tick.acknowledged += acknowledged
  tick.refused += perRequest - acknowledged
}

function lose(connection: Connection) {
  if (connection.busy) broken += 1
  const place = idle.indexOf(connection)
  if (place >= 0) idle.splice(place, 1)
  all.splice(all.indexOf(connection), 1)
  if (performance.now() - start > seconds * 1000) return
  // a server may close an idle connection at any time: clients open another
  open().then(
    (fresh) => {
      all.push(fresh)
      idle.push(fresh)
    },
    () => {},
  )
}

function tickOf(now: number): Tick {
  const second = Math.floor((now - start) / 100) / 10
  const last = ticks.at(-1)
  if (last?.second === second) return last
  const tick = { second, acknowledged: 0, refused: 0, dropped: 0, slowest: 0 }
  ticks.push(tick)
  return tick
}
