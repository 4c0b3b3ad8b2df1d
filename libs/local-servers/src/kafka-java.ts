import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { freePort } from './free-port.ts'
import { kafkaFolder } from './kafka-jars.ts'
import { kafkaAnswers } from './kafka-ready.ts'
import { kafkaSettings, properties } from './kafka-settings.ts'
import { spawnServer, type ServerProcess } from './server-process.ts'

/** As in `KafkaOptions`. */
export interface BrokerOptions {
  dir: string
  port: number
  controllerPort: number
  log: string
  heapMegabytes: number
  settings?: Record<string, string | number>
  optimise?: boolean
  endsWithParent?: boolean
  onSpawn?: (pid: number) => void
}

/** The feature release of the Java on the PATH; 0 when there is none. */
export function javaVersion(): number {
  const { stderr } = spawnSync('java', ['-version'], { encoding: 'utf8' })
  return Number(/version "(\d+)/.exec(stderr ?? '')?.[1] ?? 0)
}

const archive = () => `${kafkaFolder()}.jsa`

/** The broker as a process of this machine; its storage is formatted the first time. Does not wait until it answers. */
export async function startJava(options: BrokerOptions, extra: string[] = sharedClasses()): Promise<ServerProcess> {
  const { dir, port, controllerPort, heapMegabytes, settings, optimise, endsWithParent, log, onSpawn } = options
  const data = join(dir, 'data')
  const file = join(dir, 'server.properties')
  writeFileSync(file, properties({ ...kafkaSettings({ port, controllerPort, data }), ...settings }))
  if (!existsSync(join(data, 'meta.properties'))) await format(file, log, onSpawn)
  const args = [`-Xmx${heapMegabytes}m`, ...java(optimise), ...extra, 'kafka.Kafka', file]
  return spawnServer('java', args, {
    log,
    onSpawn,
    endWithParent: endsWithParent ? { signal: 'SIGKILL', remove: [dir] } : undefined,
  })
}

/**
 * Keeps the classes that a broker loads in a file beside the jars, which halves the CPU time of every later start.
 * Takes a broker's life of a few seconds, once.
 */
export async function archiveClasses(): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'ads-tracker-kafka-'))
  const temporary = `${archive()}.${process.pid}`
  const [port, controllerPort] = [await freePort(), await freePort()]
  try {
    const options = { dir, port, controllerPort, heapMegabytes: 512, log: join(dir, 'kafka.log'), endsWithParent: true }
    const broker = await startJava(options, [`-XX:ArchiveClassesAtExit=${temporary}`])
    await kafkaAnswers(broker, `127.0.0.1:${port}`)
    await broker.stop('SIGTERM', { patience: 30_000 })
    renameSync(temporary, archive())
  } finally {
    for (const path of [dir, temporary]) rmSync(path, { recursive: true, force: true })
  }
}

async function format(file: string, log: string, onSpawn?: (pid: number) => void): Promise<void> {
  const command = [
    'kafka.tools.StorageTool',
    'format',
    '--ignore-formatted',
    '-t',
    'YWRzLXRyYWNrZXItMDAwMQ',
    '-c',
    file,
  ]
  const tool = await spawnServer('java', [...java(), ...sharedClasses(), ...command], { log, onSpawn })
  await tool.exited
  if (!existsSync(join(dirname(file), 'data/meta.properties')))
    throw new Error(`Kafka could not format its storage:\n${tool.lastWords()}`)
}

// One that another Java wrote is ignored by the JVM.
const sharedClasses = () => (existsSync(archive()) ? [`-XX:SharedArchiveFile=${archive()}`] : [])

const java = (optimise = false) => [
  '-XX:+UseSerialGC',
  ...(optimise ? [] : ['-XX:TieredStopAtLevel=1']),
  '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn',
  '-Dorg.slf4j.simpleLogger.showDateTime=true',
  '-cp',
  join(kafkaFolder(), '*'),
]
