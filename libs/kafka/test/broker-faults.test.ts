import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { freePort, type KafkaServer, startKafka } from '@ads-tracker/local-servers'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { createAdmin, createProducer } from '../src/index.ts'
import { counts, kafkaOf, keys, outcome } from './client.ts'

const topic = 'ads.clicks.v1'

describe('the producer, when the broker', () => {
  const dir = mkdtempSync(join(tmpdir(), 'broker-faults-'))
  let place: { port: number; controllerPort: number }
  let broker: KafkaServer

  beforeAll(async () => {
    place = { port: await freePort(), controllerPort: await freePort() }
    broker = await startKafka({ dir, ...place, endsWithParent: true })
    const admin = createAdmin(kafkaOf(broker.brokers))
    await admin.create([{ topic, numPartitions: 6, replicationFactor: 1 }])
    await admin.close()
  })
  afterAll(async () => {
    await broker.kill()
    rmSync(dir, { recursive: true, force: true })
  })

  test('is killed, says so within the deadline, keeps its memory flat, and goes on when it is back', async () => {
    const producer = createProducer({ kafka: () => kafkaOf(broker.brokers), maxQueued: 2000, deadlineMs: 2000 })
    expect((await outcome(producer, topic, 'before')).result).toBe('ok')
    await broker.kill()

    const results: { result: string; ms: number }[] = []
    const flood = async (ms: number) => {
      const asked: Promise<unknown>[] = []
      for (
        const end = performance.now() + ms;
        performance.now() < end;
        await new Promise((resolve) => setTimeout(resolve, 10))
      ) {
        for (let i = 0; i < 100; i++)
          asked.push(outcome(producer, topic, 'x'.repeat(100)).then((answer) => results.push(answer)))
      }
      await Promise.all(asked)
    }
    await flood(2600)
    const heap = heapUsed()
    results.length = 0
    await flood(2600)
    expect(heapUsed() - heap).toBeLessThan(10_000_000)
    expect(new Set(results.map(({ result }) => result))).toEqual(new Set(['overloaded', 'outcome_unknown']))
    expect(Math.max(...results.map(({ ms }) => ms))).toBeLessThan(3000)
    expect(Math.max(...results.filter(({ result }) => result === 'overloaded').map(({ ms }) => ms))).toBeLessThan(1000)

    broker = await startKafka({ dir, ...place, endsWithParent: true })
    await vi.waitFor(async () => expect((await outcome(producer, topic, 'after')).result).toBe('ok'), 10_000)
    await producer.close()
    expect(await keys(kafkaOf(broker.brokers), topic)).toEqual(expect.arrayContaining(['before', 'after']))
  })

  test('hangs, refuses each record within 3 s, and takes them again within 10 s of its return', async () => {
    let clients = 0
    const kafka = () => {
      clients += 1
      return kafkaOf(broker.brokers)
    }
    const producer = createProducer({ kafka, deadlineMs: 2000 })
    expect((await outcome(producer, topic, 'before the hang')).result).toBe('ok')
    process.kill(broker.pid, 'SIGSTOP')
    try {
      // its threads stop a little after the signal was sent
      while ((await outcome(producer, topic, 'while it stops')).result === 'ok');
      for (const end = performance.now() + 9000; performance.now() < end;) {
        const { result, ms } = await outcome(producer, topic, 'during the hang')
        expect(result).toBe('outcome_unknown')
        expect(ms).toBeLessThan(3000)
      }
      expect(clients).toBeGreaterThan(1)
    } finally {
      process.kill(broker.pid, 'SIGCONT')
    }
    const back = performance.now()
    while ((await outcome(producer, topic, 'after the hang')).result !== 'ok')
      expect(performance.now() - back).toBeLessThan(10_000)
    await producer.close()
  })

  test('is restarted, answers every record that it accepted while it is away for less than the deadline', async () => {
    const producer = createProducer({ kafka: () => kafkaOf(broker.brokers), deadlineMs: 20_000 })
    await outcome(producer, topic, 'warm')
    const had = await total()
    await broker.stop()
    const asked = Array.from({ length: 500 }, (_, index) => outcome(producer, topic, `waits-${index}`))
    broker = await startKafka({ dir, ...place, endsWithParent: true })
    expect(new Set((await Promise.all(asked)).map(({ result }) => result))).toEqual(new Set(['ok']))
    // a repeat after a lost answer is allowed, a loss is not
    expect(await total()).toBeGreaterThanOrEqual(had + 500)
    await producer.close()
  })

  test('is not there at the start, begins when it comes', async () => {
    await broker.stop()
    const producer = createProducer({ kafka: () => kafkaOf(broker.brokers), deadlineMs: 500 })
    expect((await outcome(producer, topic, 'too early')).result).toBe('outcome_unknown')
    broker = await startKafka({ dir, ...place, endsWithParent: true })
    await vi.waitFor(async () => expect((await outcome(producer, topic, 'at last')).result).toBe('ok'), 10_000)
    await producer.close()
  })

  const total = async () => (await counts(kafkaOf(broker.brokers), topic)).reduce((sum, count) => sum + count, 0)
})

function heapUsed(): number {
  setFlagsFromString('--expose-gc')
  runInNewContext('gc')()
  return process.memoryUsage().heapUsed
}
