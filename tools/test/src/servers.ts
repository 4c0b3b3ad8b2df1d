import { infrastructure, prepareTemplate, type TestServer } from '@ads-tracker/local-servers'

/** One PostgreSQL and one Kafka for all tests of the run; those that TEST_DATABASE_URL and TEST_KAFKA_BROKERS name are used instead. */
export function createServers(env: NodeJS.ProcessEnv = process.env) {
  const started: TestServer[] = []
  return {
    /** Resolves with the variables by which tests find them. */
    async start(): Promise<Record<string, string>> {
      const { postgres, kafka } = await infrastructure(env)
      const [url, brokers] = await Promise.all([
        env.TEST_DATABASE_URL || keep(postgres()).then((server) => server.url),
        env.TEST_KAFKA_BROKERS || keep(kafka()).then((server) => server.brokers),
      ])
      await prepareTemplate(url)
      return { TEST_DATABASE_URL: url, TEST_KAFKA_BROKERS: brokers, TEST_TEMPLATE_READY: 'true' }
    },
    stop: () => Promise.all(started.map((server) => server.stop())),
  }

  async function keep<T extends TestServer>(starting: Promise<T>): Promise<T> {
    const server = await starting
    started.push(server)
    return server
  }
}
