import { connect } from 'node:net'
import { createBatchConsumer, createKafka } from '@ads-tracker/kafka'
import { entry, freePort, runSource, startApp, testTopics } from '@ads-tracker/local-servers'
import { describe, expect, it, onTestFinished, vi } from 'vitest'

async function running(env: Record<string, string> = {}) {
  const topics = await testTopics()
  const app = await startApp('click-ingest', {
    KAFKA_BROKERS: topics.brokers,
    TOPIC_PREFIX: topics.prefix,
    RATE_LIMIT_MAX: '0',
    ...env,
  })
  onTestFinished(async () => {
    await app.kill()
    await topics.remove()
  })
  return { app, topics }
}
const click = (url: string, body: unknown = { ad_id: 1 }) =>
  fetch(`${url}/ads/click`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })

describe('click-ingest on a real broker', () => {
  it('has every acknowledged click in the log, once, with its headers', async () => {
    const { app, topics } = await running({ DEADLINE_MS: '8000' })
    const answers = await Promise.all(Array.from({ length: 300 }, (_, i) => click(app.url, { ad_id: i + 1 })))
    const ids = await Promise.all(
      answers.map(async (answer) => ((await answer.json()) as { event_id: string }).event_id),
    )
    expect(answers.every(({ status }) => status === 202)).toBe(true)

    const seen: string[] = []
    const kafka = createKafka({ KAFKA_BROKERS: topics.brokers, TOPIC_PREFIX: '', KAFKA_TLS: false }, 'test', () => {})
    const consumer = createBatchConsumer({
      kafka,
      groupId: `${topics.prefix}reader`,
      topics: [topics.topics.click],
      concurrency: 1,
      onAssigned: () => {},
      onCrash: () => {},
      onBatch: async ({ records }) => {
        seen.push(...records.map(({ value }) => (JSON.parse(String(value)) as { event_id: string }).event_id))
        expect(records[0]?.headers).toMatchObject({ v: '1' })
      },
    })
    onTestFinished(() => consumer.close())
    await consumer.start()
    await vi.waitFor(() => expect(seen.length).toBe(300), { timeout: 15_000 })
    expect(new Set(seen)).toEqual(new Set(ids))
  })

  it('answers what it accepted when it is asked to stop, and exits with 0', async () => {
    const { app } = await running()
    const answers = Array.from({ length: 50 }, () =>
      click(app.url).then(
        ({ status }) => status,
        () => 'refused',
      ),
    )
    await Promise.race(answers)
    expect(await app.stop()).toBe(0)
    // every answer was a 202; a connection that came too late was refused, and its client may retry
    for (const answer of await Promise.all(answers)) expect([202, 'refused']).toContain(answer)
  })

  it('closes slow sockets with 408 while others are served', async () => {
    const { app } = await running()
    const { port } = new URL(app.url)
    const slow = [
      'POST /ads/click HTTP/1.1\r\nhost: x\r\n',
      'POST /ads/click HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 99\r\n\r\n{',
    ]
    const began = performance.now()
    const endings = slow.map(async (head) => {
      const socket = connect(Number(port), '127.0.0.1').setEncoding('utf8')
      socket.write(head)
      return (await socket.toArray()).join('')
    })
    expect((await click(app.url)).status).toBe(202)
    for (const text of await Promise.all(endings)) expect(text).toMatch(/^HTTP\/1.1 408 /)
    expect(performance.now() - began).toBeLessThan(10_500)
  })
})

describe('click-ingest without Kafka', () => {
  it('starts, is alive and not ready, and answers 503 with Retry-After within 3 s', async () => {
    const app = await startApp(
      'click-ingest',
      { KAFKA_BROKERS: `127.0.0.1:${await freePort()}`, LOG_LEVEL: 'fatal', DEADLINE_MS: '2000' },
      { until: '/livez' },
    )
    onTestFinished(() => app.kill())
    const began = performance.now()
    const answer = await click(app.url)
    expect(answer.status).toBe(503)
    expect(performance.now() - began).toBeLessThan(3000)
    expect(answer.headers.get('retry-after')).toBe('1')
    expect(await answer.json()).toMatchObject({ code: 'outcome_unknown', event_id: expect.any(String) })
    const ready = await fetch(`${app.url}/readyz`)
    expect(ready.status).toBe(503)
    expect(await ready.json()).toMatchObject({
      status: 'not_ready',
      dependencies: { kafka: expect.stringContaining('down') },
    })
  })

  it('refuses to start with a bad configuration, exits with 78 and names every bad variable', async () => {
    const env = { PORT: 'http', DEADLINE_MS: '1', TRUST_PROXY: 'everyone' }
    const { code, stderr } = await runSource(entry('apps/click-ingest'), [], env)
    expect(code).toBe(78)
    for (const name of ['PORT', 'DEADLINE_MS', 'TRUST_PROXY']) expect(stderr).toContain(name)
    expect(stderr).not.toContain('everyone')
  })
})
