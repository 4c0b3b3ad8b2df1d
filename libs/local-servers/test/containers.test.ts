import { expect, test } from 'vitest'
import { infrastructure } from '../src/index.ts'
import { dockerAnswers } from '../src/kafka.ts'

test.skipIf(!dockerAnswers())(
  'containers are reached by the same interface',
  async () => {
    const { postgres, kafka } = await infrastructure({ TEST_INFRA: 'containers' })
    const servers = await Promise.all([postgres(), kafka()])
    expect(servers[0].url).toMatch(/^postgres:\/\/ads:ads@/)
    expect(servers[1].brokers).toMatch(/:\d+$/)
    await Promise.all(servers.map((server) => server.stop()))
  },
  180_000,
)

test('another wish than containers or native is refused', async () => {
  await expect(infrastructure({ TEST_INFRA: 'cloud' })).rejects.toThrow("TEST_INFRA is 'cloud'")
})
