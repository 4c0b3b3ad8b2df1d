import { connect, createServer, type Socket } from 'node:net'
import { once } from 'node:events'

export type Mode = 'up' | 'down' | 'silent'

/** A network between an app and its database: `down` refuses and cuts connections, `silent` keeps them open and says nothing. */
export async function flakyProxy(target: string) {
  const { hostname, port } = new URL(target)
  const pairs = new Set<[Socket, Socket]>()
  let mode: Mode = 'up'
  const server = createServer((client) => {
    if (mode === 'down') return void client.destroy()
    const upstream = connect(Number(port), hostname)
    const pair: [Socket, Socket] = [client, upstream]
    pairs.add(pair)
    for (const [from, to] of [pair, [upstream, client] as const]) {
      from.on('error', () => {})
      from.on('data', (chunk) => {
        if (mode !== 'silent') to.write(chunk)
      })
      from.on('close', () => {
        to.destroy()
        pairs.delete(pair)
      })
    }
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const url = new URL(target)
  url.hostname = '127.0.0.1'
  url.port = String((server.address() as { port: number }).port)
  return {
    url: url.href,
    set,
    close: () => {
      cut()
      server.close()
    },
  }

  function set(next: Mode) {
    mode = next
    if (next !== 'silent') cut()
  }

  function cut() {
    for (const pair of pairs) for (const socket of pair) socket.destroy()
  }
}
