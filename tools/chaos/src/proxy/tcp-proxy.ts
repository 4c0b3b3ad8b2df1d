import { connect, createServer, type Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { createCorrelation, createFrames } from './frames.ts'

/** What happens to the answer of a produce request: nothing, the connection breaks first, or nobody ever hears of it. */
export type AnswerFate = 'pass' | 'close' | 'swallow'

export interface ProxyOptions {
  port: number
  target: number
  /** Understand Kafka's frames. */
  kafka?: boolean
}

export type Proxy = Awaited<ReturnType<typeof startProxy>>

/** A TCP proxy on 127.0.0.1 that does what networks do. */
export async function startProxy({ port, target, kafka = false }: ProxyOptions) {
  const pairs = new Set<{ client: Socket; server: Socket; frozen: boolean }>()
  let fate: () => AnswerFate = () => 'pass'
  let bytesPerSecond = Infinity
  let refusing = false

  const listener = createServer((client) => {
    if (refusing) return void client.destroy()
    const pair = { client, server: connect(target, '127.0.0.1'), frozen: false }
    pairs.add(pair)
    const { server } = pair
    const correlation = createCorrelation()
    const requests = createFrames(correlation.request)
    const answers = createFrames((frame) => {
      const ending = correlation.answersProduce(frame) ? fate() : 'pass'
      if (ending === 'pass') client.write(frame)
      if (ending === 'close') endBoth()
    })
    client.on('data', (chunk) => {
      if (pair.frozen) return
      if (kafka) requests(chunk)
      void forward(client, server, chunk)
    })
    server.on('data', (chunk) => {
      if (pair.frozen) return
      if (kafka) answers(chunk)
      else client.write(chunk)
    })
    for (const socket of [client, server]) socket.on('error', endBoth).on('close', endBoth).setNoDelay(true)

    function endBoth() {
      // the peer of a half-open connection never hears that the other side has gone
      if (pair.frozen) return
      pairs.delete(pair)
      client.destroy()
      server.destroy()
    }
  })
  await new Promise<void>((resolve, reject) => listener.once('error', reject).listen(port, '127.0.0.1', resolve))

  return {
    port,
    /** Decides about each answer to a produce request from now on. */
    loseAnswers: (decide: () => AnswerFate) => void (fate = decide),
    /** Lets at most so many bytes a second through to the server, on each connection. */
    throttle: (limit: number) => void (bytesPerSecond = limit),
    /** The connections that there are stay open and carry nothing any more; new ones work. Returns how many there are. */
    freeze(): number {
      for (const pair of pairs) pair.frozen = true
      return pairs.size
    },
    /** No connections: those that there are break, new ones do too. */
    refuse() {
      refusing = true
      breakAll()
    },
    heal() {
      refusing = false
      fate = () => 'pass'
      bytesPerSecond = Infinity
      for (const pair of [...pairs].filter(({ frozen }) => frozen)) {
        pairs.delete(pair)
        pair.client.destroy()
        pair.server.destroy()
      }
    },
    async close() {
      breakAll()
      await new Promise((resolve) => listener.close(resolve))
    },
  }

  async function forward(from: Socket, to: Socket, chunk: Buffer) {
    const isFull = !to.write(chunk)
    if (!isFull && bytesPerSecond === Infinity) return
    from.pause()
    if (isFull) await new Promise<void>((resolve) => void to.once('drain', resolve).once('close', resolve))
    if (bytesPerSecond !== Infinity) await pause((chunk.length / bytesPerSecond) * 1000)
    from.resume()
  }

  function breakAll() {
    for (const pair of pairs) {
      pair.client.destroy()
      pair.server.destroy()
    }
    pairs.clear()
  }
}
