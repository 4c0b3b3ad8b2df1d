import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort, prepareTemplate, removeKafkaData, removePostgresData } from '@ads-tracker/local-servers'
import { type KafkaServer, type PostgresServer, startKafka, startPostgres } from '@ads-tracker/local-servers'
import { type Proxy, startProxy } from './proxy/tcp-proxy.ts'

/** A server that can be killed and comes back on the same port with the same data. */
interface MortalServer {
  proxy: Proxy
  pid(): number
  start(): Promise<void>
  /** Clean. */
  stop(): Promise<void>
  /** SIGKILL. */
  kill(): Promise<void>
  /** SIGSTOP, SIGCONT, SIGQUIT and so on. */
  signal(signal: NodeJS.Signals): void
  exited(): Promise<void>
}

export interface Servers {
  dir: string
  postgres: MortalServer & { url: string }
  kafka: MortalServer & { brokers: string; proxiedBrokers: string }
  close(): Promise<void>
}

/** A broker and a database of our own, each reachable directly and through a proxy. */
export async function startServers(): Promise<Servers> {
  const dir = mkdtempSync(join(tmpdir(), 'ads-tracker-chaos-'))
  chmodSync(dir, 0o711)
  const [postgres, kafka] = await Promise.all([mortalPostgres(join(dir, 'postgres')), mortalKafka(join(dir, 'kafka'))])
  return { dir, postgres, kafka, close }

  async function close() {
    await Promise.all(
      [postgres, kafka].map(async (server) => {
        await server.proxy.close()
        await server.stop()
      }),
    )
    removePostgresData(join(dir, 'postgres'))
    removeKafkaData(join(dir, 'kafka'))
    rmSync(dir, { recursive: true, force: true })
  }
}

async function mortalPostgres(dir: string): Promise<Servers['postgres']> {
  const [port, proxyPort] = [await freePort(), await freePort()]
  mkdirSync(dir, { recursive: true })
  const server = mortal(() => startPostgres({ dir, port, endsWithParent: true, settings: { max_connections: '150' } }))
  const [proxy] = await Promise.all([startProxy({ port: proxyPort, target: port }), server.start()])
  const url = `postgres://ads:ads@127.0.0.1:${port}/ads`
  await prepareTemplate(url)
  return { ...server, proxy, url }
}

/** Clients that come by the proxy's listener are told the proxy's address, and so stay behind it. */
async function mortalKafka(dir: string): Promise<Servers['kafka']> {
  const [port = 0, controllerPort = 0, innerPort = 0, proxyPort = 0] = await Promise.all(
    Array.from('1234', () => freePort()),
  )
  const settings = {
    listeners: `PLAINTEXT://127.0.0.1:${port},PROXIED://127.0.0.1:${innerPort},CONTROLLER://127.0.0.1:${controllerPort}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${port},PROXIED://127.0.0.1:${proxyPort}`,
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,PROXIED:PLAINTEXT,CONTROLLER:PLAINTEXT',
  }
  const server = mortal(() => startKafka({ dir, port, controllerPort, settings, endsWithParent: true }))
  const [proxy] = await Promise.all([startProxy({ port: proxyPort, target: innerPort, kafka: true }), server.start()])
  return { ...server, proxy, brokers: `127.0.0.1:${port}`, proxiedBrokers: `127.0.0.1:${proxyPort}` }
}

function mortal(launch: () => Promise<PostgresServer | KafkaServer>): Omit<MortalServer, 'proxy'> {
  let server: PostgresServer | KafkaServer | undefined
  const current = () => {
    if (!server) throw new Error('the server does not run')
    return server
  }
  return {
    pid: () => current().pid,
    exited: () => current().exited,
    async start() {
      server = await launch()
    },
    stop: async () => server?.stop(),
    kill: () => current().kill(),
    signal: (signal) => void process.kill(current().pid, signal),
  }
}
