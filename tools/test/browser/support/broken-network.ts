import { once } from 'node:events'
import { createServer, request, type IncomingMessage } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { listen } from './page-server.ts'

interface Passed {
  method: string
  url: string
  body: string
  at: number
  /** When its answer was there. */
  answeredAt: number
}
export type BrokenNetwork = Awaited<ReturnType<typeof breakableNetwork>>

/**
 * A way to `target` that can be cut, and that can lose answers: the request arrives, the client never learns of it.
 * `passed` has every request that arrived. It is closed with the test.
 */
export async function breakableNetwork(target: string) {
  const passed: Passed[] = []
  let isDown = false
  let losesAnswer: (count: number) => boolean = () => false
  const server = createServer(async (incoming, outgoing) => {
    if (isDown) return void incoming.socket.destroy()
    // a page that is closed during a request ends it
    const body = await buffer(incoming).catch(() => undefined)
    if (!body) return
    const { method = '', url = '' } = incoming
    const arrived = { method, url, body: body.toString(), at: Date.now(), answeredAt: Infinity }
    const count = passed.push(arrived)
    const answer = await send(target, incoming, body).catch(() => undefined)
    arrived.answeredAt = Date.now()
    if (!answer || isDown || losesAnswer(count)) return void incoming.socket.destroy()
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
    answer.pipe(outgoing)
  })
  return {
    url: await listen(server),
    passed,
    setDown(down: boolean) {
      isDown = down
      if (down) server.closeAllConnections()
    },
    loseAnswers: (when: (count: number) => boolean) => void (losesAnswer = when),
  }
}

async function send(target: string, { method, url, headers }: IncomingMessage, body: Buffer): Promise<IncomingMessage> {
  const sent = { ...headers, host: new URL(target).host, connection: 'close' }
  const outgoing = request(target + url, { method, headers: sent })
  outgoing.end(body)
  const [answer] = (await once(outgoing, 'response')) as [IncomingMessage]
  return answer
}
