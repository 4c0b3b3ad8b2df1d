import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { GenericContainer, Wait, type StartedTestContainer } from 'testcontainers'
import { freePort } from './free-port.ts'
import { kafkaVersion } from './kafka-jars.ts'
import { containerEnvironment, kafkaSettings } from './kafka-settings.ts'
import { runWhenParentEnds } from './end-with-parent.ts'

// runWhenParentEnds removes the containers after this process, so that no third image is needed.
process.env.TESTCONTAINERS_RYUK_DISABLED ??= 'true'
// Inside a container the library would take the bridge for the host, although the ports are published here.
if (!process.env.DOCKER_HOST || process.env.DOCKER_HOST.startsWith('unix:'))
  process.env.TESTCONTAINERS_HOST_OVERRIDE ??= '127.0.0.1'

interface ContainerServer {
  stop(): Promise<void>
  kill(): Promise<void>
}

/** PostgreSQL 18 in a container, with the database, user and password `ads`. */
export async function startPostgresContainer(): Promise<ContainerServer & { url: string }> {
  const named = containerName()
  const container = await new GenericContainer('postgres:18')
    .withName(named.name)
    .withEnvironment({ POSTGRES_USER: 'ads', POSTGRES_PASSWORD: 'ads', POSTGRES_DB: 'ads' })
    .withCommand(['postgres', '-c', 'max_connections=300'])
    .withExposedPorts(5432)
    // The first time it is the server of the set-up, which listens on its socket only.
    .withWaitStrategy(Wait.forAll([Wait.forLogMessage(/ready to accept connections/, 2), Wait.forListeningPorts()]))
    .start()
  return {
    ...control(container, named),
    url: `postgres://ads:ads@${container.getHost()}:${container.getMappedPort(5432)}/ads`,
  }
}

/** Apache Kafka in a container. The broker tells clients its port, so the port of the host is chosen before it starts. */
export async function startKafkaContainer(): Promise<ContainerServer & { brokers: string }> {
  const port = await freePort()
  const settings = {
    ...kafkaSettings({ port, controllerPort: 9093, data: '/tmp/kafka' }),
    listeners: 'PLAINTEXT://:9092,CONTROLLER://127.0.0.1:9093',
  }
  const named = containerName()
  const container = await new GenericContainer(`apache/kafka:${kafkaVersion}`)
    .withName(named.name)
    .withEnvironment({ ...containerEnvironment(settings), KAFKA_HEAP_OPTS: '-Xmx512m' })
    .withExposedPorts({ container: 9092, host: port })
    .withWaitStrategy(Wait.forAll([Wait.forLogMessage(/Kafka Server started/), Wait.forListeningPorts()]))
    .start()
  return { ...control(container, named), brokers: `127.0.0.1:${port}` }
}

interface RemovableContainer {
  name: string
  release: () => void
}

// From before the container is made: it ends with us also when we end while it starts.
function containerName(): RemovableContainer {
  const name = `ads-tracker-test-${randomBytes(6).toString('hex')}`
  return { name, release: runWhenParentEnds('docker', 'rm', '--force', '--volumes', name) }
}

function control(container: StartedTestContainer, { name, release }: RemovableContainer): ContainerServer {
  return {
    async stop() {
      await container.stop()
      release()
    },
    async kill() {
      execFileSync('docker', ['kill', name], { stdio: 'ignore' })
    },
  }
}
