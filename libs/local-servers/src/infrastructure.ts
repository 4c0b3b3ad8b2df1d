import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from './free-port.ts'
import { dockerAnswers, startKafka } from './kafka.ts'
import { removePostgresData, startPostgres } from './postgres.ts'

export interface TestServer {
  stop(): Promise<void>
  kill(): Promise<void>
}
type TestPostgres = TestServer & { url: string }
type TestKafka = TestServer & { brokers: string }

/** How a test gets its servers: the same whether they run in containers or on this machine. */
interface Infrastructure {
  postgres(): Promise<TestPostgres>
  kafka(): Promise<TestKafka>
}

/**
 * Containers where a Docker engine answers, else servers on this machine;
 * TEST_INFRA=containers or TEST_INFRA=native decides otherwise.
 */
export async function infrastructure(env: NodeJS.ProcessEnv = process.env): Promise<Infrastructure> {
  switch (env.TEST_INFRA || 'any') {
    case 'native':
      return native
    case 'containers':
      return containers()
    case 'any':
      return dockerAnswers() ? eitherWay(await containers()) : native
    default:
      throw new Error(`TEST_INFRA is '${env.TEST_INFRA}': it can be 'containers' or 'native'`)
  }
}

async function containers(): Promise<Infrastructure> {
  const { startKafkaContainer, startPostgresContainer } = await import('./containers.ts')
  return { kafka: startKafkaContainer, postgres: startPostgresContainer }
}

// An engine may answer and still not get at its images.
function eitherWay({ kafka, postgres }: Infrastructure): Infrastructure {
  const or =
    <T>(first: () => Promise<T>, second: () => Promise<T>) =>
    () =>
      first().catch((error: Error) => {
        process.stderr.write(`no container (${error.message.split('\n')[0]}): starting the server on this machine\n`)
        return second()
      })
  return { kafka: or(kafka, native.kafka), postgres: or(postgres, native.postgres) }
}

const native: Infrastructure = {
  async postgres() {
    const dir = temporaryFolder('postgres')
    const settings = { max_connections: '300' }
    const server = await startPostgres({ dir, port: await freePort(), endsWithParent: true, settings })
    return { ...server, dir, stop: () => server.stop().then(() => removePostgresData(dir)) }
  },
  async kafka() {
    const dir = temporaryFolder('kafka')
    const [port, controllerPort] = [await freePort(), await freePort()]
    const server = await startKafka({ dir, port, controllerPort, endsWithParent: true })
    return { ...server, stop: () => server.stop().then(() => rmSync(dir, { recursive: true, force: true })) }
  },
}

function temporaryFolder(name: string): string {
  const dir = mkdtempSync(join(tmpdir(), `ads-tracker-${name}-`))
  chmodSync(dir, 0o711)
  return dir
}
