import type { TestProject } from 'vitest/node'
import { infrastructure, type TestServer } from './infrastructure.ts'
import { prepareTemplate } from './template-database.ts'

/** Starts the servers that the project named in `serverTests`, unless the environment points at running ones. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { env } = process
  const needed = String(project.config.env.TEST_SERVERS ?? '').split(',')
  const started: TestServer[] = []
  await Promise.all([needed.includes('postgres') && postgres(), needed.includes('kafka') && kafka()])
  return async () => void (await Promise.all(started.map((server) => server.stop())))

  async function postgres() {
    if (!env.TEST_DATABASE_URL) {
      const server = await (await infrastructure()).postgres()
      started.push(server)
      env.TEST_DATABASE_URL = server.url
    }
    // `npm test` has prepared it once for all projects.
    if (!env.TEST_TEMPLATE_READY) await prepareTemplate(env.TEST_DATABASE_URL)
  }

  async function kafka() {
    if (env.TEST_KAFKA_BROKERS) return
    const server = await (await infrastructure()).kafka()
    started.push(server)
    env.TEST_KAFKA_BROKERS = server.brokers
  }
}
