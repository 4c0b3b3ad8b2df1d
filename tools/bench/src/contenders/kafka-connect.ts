import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort, properties, spawnServer } from '@ads-tracker/local-servers'

export interface KafkaConnect {
  pid: number
  pause(): Promise<void>
  resume(): Promise<void>
  /** @throws Error with the stack of a task that has failed: it would never go on */
  check(): Promise<void>
  stop(): Promise<void>
}

export interface KafkaConnectOptions {
  /** Folder with the jars of Kafka Connect and of the connector. */
  jars: string
  worker: Record<string, string | number>
  connector: Record<string, string | number> & { name: string; 'tasks.max': number }
}

type State = 'RUNNING' | 'PAUSED' | 'FAILED'
interface Status {
  connector: { state: State }
  tasks: { state: State; trace?: string }[]
}

const patience = 180_000

/** Kafka Connect with one connector, in a process of its own; resolves when all its tasks run. */
export async function startKafkaConnect({ jars, worker, connector }: KafkaConnectOptions): Promise<KafkaConnect> {
  const dir = mkdtempSync(join(tmpdir(), 'ads-tracker-bench-connect-'))
  const url = `http://127.0.0.1:${await freePort()}`
  const [workerFile, connectorFile] = [join(dir, 'worker.properties'), join(dir, 'connector.properties')]
  writeFileSync(
    workerFile,
    properties({
      ...worker,
      listeners: url,
      'offset.storage.file.filename': join(dir, 'offsets'),
      'plugin.discovery': 'service_load',
    }),
  )
  writeFileSync(connectorFile, properties(connector))
  const args = [
    ...java,
    '-cp',
    join(jars, '*'),
    'org.apache.kafka.connect.cli.ConnectStandalone',
    workerFile,
    connectorFile,
  ]
  const server = await spawnServer('java', args, {
    log: join(dir, 'connect.log'),
    endWithParent: { signal: 'SIGKILL', remove: [dir] },
  })
  const stop = async () => {
    await server.stop('SIGTERM')
    rmSync(dir, { recursive: true, force: true })
  }
  await reach('RUNNING').catch((error: Error) => stop().then(() => Promise.reject(error)))
  return {
    pid: server.pid,
    pause: () => change('pause', 'PAUSED'),
    resume: () => change('resume', 'RUNNING'),
    check: async () => void (await status()),
    stop,
  }

  async function change(what: 'pause' | 'resume', state: State) {
    await fetch(`${url}/connectors/${connector.name}/${what}`, { method: 'PUT' })
    await reach(state)
  }

  async function reach(state: State) {
    for (const deadline = performance.now() + patience; ; await sleep(20)) {
      const now = await status()
      if (
        now?.tasks.length === connector['tasks.max'] &&
        [now.connector, ...now.tasks].every((part) => part.state === state)
      )
        return
      if (performance.now() > deadline)
        throw new Error(
          `Kafka Connect is not ${state} after ${patience / 1000} s (${JSON.stringify(now)}):\n${server.lastWords()}`,
        )
    }
  }

  /** Undefined until it answers. */
  async function status(): Promise<Status | undefined> {
    if (!server.running()) throw new Error(`Kafka Connect ended:\n${server.lastWords()}`)
    const answer = await fetch(`${url}/connectors/${connector.name}/status`).catch(() => undefined)
    if (!answer?.ok) return undefined
    const now = (await answer.json()) as Status
    const failed = now.tasks.find((task) => task.state === 'FAILED')
    if (failed)
      throw new Error(
        `a task of ${connector.name} failed: ${failed.trace?.replaceAll(/^\s+(at|\.\.\.) .*\n?/gm, '').slice(0, 2000)}`,
      )
    return now
  }
}

// Heap and collector as in Kafka's own start script. Connectors send times without a zone in that of the JVM.
const java = [
  '-Xms2g',
  '-Xmx2g',
  '-XX:+UseG1GC',
  '-Duser.timezone=UTC',
  '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn',
]
