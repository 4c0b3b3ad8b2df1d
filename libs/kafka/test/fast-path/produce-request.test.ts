import fc from 'fast-check'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { crc32c } from '../../src/fast-path/crc32c.ts'
import { encodeProduceRequest, type ProduceRequest } from '../../src/fast-path/produce-request.ts'
import { fromModules } from '../kafkajs-internals.ts'

const kafkajs = fromModules()
const text = fc.oneof(fc.string({ maxLength: 300 }), fc.string({ unit: 'binary', maxLength: 80 }))
const value = fc.oneof(
  text,
  fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array)),
)
const record = fc.record({ key: text, value, headers: fc.dictionary(text, text, { maxKeys: 4 }) })
const topics = fc.array(
  fc.record({
    topic: fc.stringMatching(/^[a-z.]{1,40}$/),
    partition: fc.nat(100),
    records: fc.array(record, { maxLength: 20 }),
  }),
  { maxLength: 3 },
)

describe('a produce request', () => {
  afterEach(() => void vi.useRealTimers())

  async function encodeBoth(topics: ProduceRequest['topics'], apiVersion = 7, clientId = 'click-ingest') {
    vi.useFakeTimers({ toFake: ['Date'], now: 1_764_000_000_123 })
    const header = { correlationId: 77, clientId }
    const topicData = topics.map(({ topic, partition, records }) => ({
      topic,
      partitions: [{ partition, firstSequence: 0, messages: records }],
    }))
    const { request } = kafkajs.produce.protocol({ version: apiVersion })({ acks: -1, timeout: 2500, topicData })
    const theirs = await kafkajs.createRequest({ ...header, request })
    return [encodeProduceRequest({ ...header, apiVersion, timeout: 2500, topics }), theirs.buffer] as const
  }

  test('has the bytes that kafkajs writes, for any keys, values and headers', async () => {
    await fc.assert(
      fc.asyncProperty(
        topics,
        fc.integer({ min: 3, max: 7 }),
        fc.string({ maxLength: 20 }),
        async (data, version, id) => {
          const [ours, theirs] = await encodeBoth(data, version, id)
          expect(ours.equals(theirs)).toBe(true)
        },
      ),
      { numRuns: 300 },
    )
  })

  test.each([0, 1, 63, 64, 65, 127, 128, 129, 8191, 8192, 8193, 20_000])(
    'has the bytes that kafkajs writes, for %i records and for values of as many bytes',
    async (size) => {
      const records = Array.from({ length: size }, (_, index) => ({
        key: `key-${index}`,
        value: `{"n":${index}}`,
        headers: { v: '1', 'request-id': `r${index}` },
      }))
      const long = [{ key: 'k'.repeat(size), value: 'v'.repeat(size), headers: { h: 'ü'.repeat(size) } }]
      for (const each of [records, long]) {
        const [ours, theirs] = await encodeBoth([{ topic: 'ads.clicks.v1', partition: 3, records: each }])
        expect(ours.equals(theirs)).toBe(true)
      }
    },
  )

  test('has the CRC-32C of kafkajs and of RFC 3720', () => {
    expect(crc32c(Buffer.from('123456789'), 0, 9)).toBe(0xe3069283)
    expect(crc32c(Buffer.alloc(32), 0, 32)).toBe(0x8a9136aa)
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(20), (array, start) => {
        const buffer = Buffer.from(array)
        const from = Math.min(start, buffer.length)
        expect(crc32c(buffer, from, buffer.length)).toBe(kafkajs.crc32C(buffer.subarray(from)))
      }),
    )
  })
})
