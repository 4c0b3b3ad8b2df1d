import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { Kafka, logLevel } from 'kafkajs'
import { Fatal, retryFor } from './deadline.ts'
import { removeDockerKafka, startDockerKafka } from './kafka-docker.ts'
import { downloadJars, jarsFolder } from './kafka-jars.ts'
import { kafkaSettings, properties } from './kafka-settings.ts'
import type { Server } from './postgres.ts'
import { spawnServer } from './server-process.ts'
import type { ServerProcess } from './server-process.ts'

export interface KafkaOptions {
  /** Data, configuration and log live here; made when missing. */
  dir: string
  port: number
  /** Default: the port after `port`. */
  controllerPort?: number
  log?: string
  /** Of the JVM; default 512 MB. */
  heapMegabytes?: number
  /** More settings of the broker, or other values; not for a broker in a container. */
  settings?: Record<string, string | number>
  /** Spend more CPU at the start to be faster later: for benchmarks. */
  optimise?: boolean
  /** End the server, and remove its folder, when this process ends. */
  leashed?: boolean
  /** Hears what the user should know. */
  say?: (message: string) => void
  onSpawn?: (pid: number) => void
}

export interface KafkaServer extends Server {
  brokers: string
}

/** Starts an Apache Kafka of our own on 127.0.0.1, by Java or else by Docker; resolves when it tells about itself. */
export async function startKafka(options: KafkaOptions): Promise<KafkaServer> {
  const { dir, port, say = () => {}, log = join(dir, 'kafka.log') } = options
  const complete = { controllerPort: port + 1, heapMegabytes: 512, ...options, say, log }
  for (const folder of [dir, dirname(log)]) mkdirSync(folder, { recursive: true })
  const way = await chooseWay(say)
  const server = await (way === 'java' ? startJava(complete) : startDockerKafka(complete))
  const brokers = `127.0.0.1:${port}`
  try {
    await retryFor(60_000, () => answers(server, brokers))
  } catch (error) {
    await server.kill()
    throw error
  }
  return { brokers, pid: server.pid, exited: server.exited, stop: (patience) => server.stop('SIGTERM', { patience }), kill: server.kill }
}

/** Removes all data of the broker of `dir`, which must not run. */
export function removeKafkaData(dir: string): void {
  rmSync(dir, { recursive: true, force: true })
  if (dockerAnswers()) removeDockerKafka(dir)
}

async function chooseWay(say: (message: string) => void): Promise<'java' | 'docker'> {
  const java = javaVersion()
  const jars = jarsFolder()
  if (java >= 17 && existsSync(jars)) return 'java'
  if (java >= 17 && hasMaven()) {
    say(`downloading Apache Kafka from Maven Central to ${jars} (54 MB, once)`)
    await downloadJars(jars)
    return 'java'
  }
  if (dockerAnswers()) return 'docker'
  const lacking = java >= 17 ? 'Maven was not found' : java > 0 ? `Java 17 or newer is needed, this is ${java}` : 'Java was not found'
  throw new Error(`no way to start Kafka (${lacking}, and no Docker engine answers). Do one of these three:
  - set KAFKA_BROKERS=host:port to use a broker that you have
  - install Java 17 or newer with Maven, for example: apt-get install openjdk-17-jre-headless maven
  - start a Docker engine`)
}

/** The feature release of the Java on the PATH; 0 when there is none. */
function javaVersion(): number {
  const { stderr } = spawnSync('java', ['-version'], { encoding: 'utf8' })
  return Number(/version "(\d+)/.exec(stderr ?? '')?.[1] ?? 0)
}

const hasMaven = () => spawnSync('sh', ['-c', 'command -v mvn'], { stdio: 'ignore' }).status === 0

/** Whether a Docker engine can be used. */
export function dockerAnswers(): boolean {
  return spawnSync('docker', ['version', '--format', '{{.Server.Version}}'], { stdio: 'ignore', timeout: 5000 }).status === 0
}

type Complete = Required<Pick<KafkaOptions, 'dir' | 'port' | 'controllerPort' | 'log' | 'heapMegabytes'>> & KafkaOptions

async function startJava(options: Complete): Promise<ServerProcess> {
  const { dir, port, controllerPort, heapMegabytes, settings, optimise, leashed, log, onSpawn } = options
  const data = join(dir, 'data')
  const file = join(dir, 'server.properties')
  writeFileSync(file, properties({ ...kafkaSettings({ port, controllerPort, data }), ...settings }))
  if (!existsSync(join(data, 'meta.properties'))) await format(file, log, onSpawn)
  const args = [`-Xmx${heapMegabytes}m`, '-XX:+UseSerialGC', ...(optimise ? [] : ['-XX:TieredStopAtLevel=1']), ...java, 'kafka.Kafka', file]
  return spawnServer('java', args, { log, onSpawn, leash: leashed ? { signal: 'SIGKILL', remove: [dir] } : undefined })
}

const java = ['-Dorg.slf4j.simpleLogger.defaultLogLevel=warn', '-Dorg.slf4j.simpleLogger.showDateTime=true', '-cp', join(jarsFolder(), '*')]

async function format(file: string, log: string, onSpawn?: (pid: number) => void): Promise<void> {
  const args = ['-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', ...java, 'kafka.tools.StorageTool', 'format', '--ignore-formatted', '-t', 'YWRzLXRyYWNrZXItMDAwMQ', '-c', file]
  const tool = await spawnServer('java', args, { log, onSpawn })
  await tool.exited
  if (!existsSync(join(dirname(file), 'data/meta.properties'))) throw new Error(`Kafka could not format its storage:\n${tool.lastWords()}`)
}

async function answers(server: ServerProcess, brokers: string): Promise<void> {
  if (!server.running()) throw new Fatal(new Error(`Kafka did not start:\n${server.lastWords()}`))
  const kafka = new Kafka({ brokers: [brokers], logLevel: logLevel.NOTHING, connectionTimeout: 2000, requestTimeout: 5000, retry: { retries: 0 } })
  const admin = kafka.admin()
  try {
    await admin.connect()
    const { brokers: known, controller } = await admin.describeCluster()
    if (known.length === 0 || controller === null) throw new Error('Kafka has no controller yet')
  } finally {
    await admin.disconnect()
  }
}
