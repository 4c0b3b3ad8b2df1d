import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { removeDockerKafka, startDockerKafka } from './kafka-docker.ts'
import { downloadKafka, kafkaFolder } from './kafka-jars.ts'
import { archiveClasses, javaVersion, startJava } from './kafka-java.ts'
import { kafkaAnswers } from './kafka-ready.ts'
import { hasMaven } from './maven-jars.ts'
import type { Server } from './postgres.ts'

interface KafkaOptions {
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
  endsWithParent?: boolean
  /** Hears what the user should know. */
  say?: (message: string) => void
  /** Hears how the download of the broker proceeds; default: `say`. */
  progress?: (line: string) => void
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
  const way = await chooseWay(say, options.progress ?? say)
  const server = await (way === 'java' ? startJava(complete) : startDockerKafka(complete))
  const brokers = `127.0.0.1:${port}`
  try {
    await kafkaAnswers(server, brokers)
  } catch (error) {
    await server.kill()
    throw error
  }
  return {
    brokers,
    pid: server.pid,
    exited: server.exited,
    stop: (patience) => server.stop('SIGTERM', { patience }),
    kill: server.kill,
  }
}

/** Removes all data of the broker of `dir`, which must not run. */
export function removeKafkaData(dir: string): void {
  rmSync(dir, { recursive: true, force: true })
  if (dockerAnswers()) removeDockerKafka(dir)
}

async function chooseWay(say: (message: string) => void, progress: (line: string) => void): Promise<'java' | 'docker'> {
  const java = javaVersion()
  if (java >= 17 && existsSync(kafkaFolder())) return 'java'
  if (java >= 17 && hasMaven()) {
    await downloadKafka(progress)
    progress('Preparing Apache Kafka for quicker starts')
    await archiveClasses().catch((error: Error) => say(`Kafka will start less quickly: ${error.message}`))
    return 'java'
  }
  if (dockerAnswers()) return 'docker'
  const lacking =
    java >= 17 ? 'Maven was not found' : java > 0 ? `Java 17 or newer is needed, this is ${java}` : 'Java was not found'
  throw new Error(`no way to start Kafka (${lacking}, and no Docker engine answers). Do one of these three:
  - set KAFKA_BROKERS=host:port to use a broker that you have
  - install Java 17 or newer with Maven, for example: apt-get install openjdk-17-jre-headless maven
  - start a Docker engine`)
}

/** Whether a Docker engine can be used. */
export function dockerAnswers(): boolean {
  return (
    spawnSync('docker', ['version', '--format', '{{.Server.Version}}'], { stdio: 'ignore', timeout: 5000 }).status === 0
  )
}
