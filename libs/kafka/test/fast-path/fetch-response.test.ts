import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type ConsumedRecord, type FetchedBatch, recordsOf } from '../../src/consumed-record.ts'
import { decodeFetchResponse } from '../../src/fast-path/fetch-response.ts'
import { fromModules } from '../kafkajs-internals.ts'
import { batchOf, fetchResponse } from './fetch-response-bytes.ts'

const kafkajs = fromModules()
const bytes = fc.oneof(
  fc.string({ maxLength: 300 }),
  fc.string({ unit: 'binary', maxLength: 80 }),
  fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array)),
)
const record = fc.record({
  key: fc.option(bytes),
  value: fc.option(bytes),
  headers: fc.dictionary(fc.string({ unit: 'grapheme', maxLength: 30 }), bytes, { maxKeys: 4 }),
  timestampDelta: fc.oneof(fc.nat(1000), fc.integer()),
})
const batch = fc.record(
  {
    records: fc.array(record, { maxLength: 12 }),
    firstTimestamp: fc.nat(2_000_000_000_000),
    appendedAt: fc.nat(2_000_000_000_000),
  },
  { requiredKeys: ['records', 'firstTimestamp'] },
)

interface Decoded {
  responses: { topicName: string; partitions: object[] }[]
}

/** What a consumer is given of each partition, which asked for the records from `fetchedOffset`. */
function readBy(decoded: Decoded, fetchedOffset: string): ConsumedRecord[][] {
  return decoded.responses.flatMap(({ topicName, partitions }) =>
    partitions.map((partition) =>
      recordsOf(new kafkajs.Batch(topicName, fetchedOffset, partition) as unknown as FetchedBatch),
    ),
  )
}

function decodeByKafkajs(response: Buffer): Promise<Decoded> {
  return kafkajs.fetch.protocol({ version: 11 })({ topics: [] }).response.decode(response) as Promise<Decoded>
}

test('a consumer is given the records that kafkajs reads, of all batches and partitions, from the offset it asked for', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(batch, { maxLength: 3 }), { maxLength: 3 }),
      fc.nat(40),
      async (partitions, from) => {
        const sets = await Promise.all(partitions.map(encodeSet))
        const response = fetchResponse('ads.clicks.v1', sets)
        const ours = decodeFetchResponse(response)
        expect(readBy(ours as Decoded, String(from))).toEqual(readBy(await decodeByKafkajs(response), String(from)))
      },
    ),
    { numRuns: 200 },
  )
})

test('the fields beside the records are those that kafkajs reads', async () => {
  const response = fetchResponse('ads.clicks.v1', [await encodeSet([]), await encodeSet([])])
  expect(decodeFetchResponse(response)).toEqual(await decodeByKafkajs(response))
})

test('the last record is the one that the consumer goes on after', async () => {
  const set = await encodeSet([{ records: [plain, plain, plain], firstTimestamp: 0 }])
  const [partition] = decodeFetchResponse(fetchResponse('t', [set]))?.responses[0]?.partitions ?? []
  expect(new kafkajs.Batch('t', '0', partition ?? {}).lastOffset()).toBe('2')
})

test('repeated headers give the last one, and a header with the name of a prototype is no header', () => {
  return encodeSet([
    { records: [{ ...plain, headers: { many: ['a', 'b'], ['__proto__']: 'x', toString: 'text' } }], firstTimestamp: 0 },
  ]).then((set) => {
    const [[read] = []] = readBy(decodeFetchResponse(fetchResponse('t', [set])) as Decoded, '0')
    expect(read?.headers).toEqual({ many: 'b', toString: 'text' })
    expect(Object.getPrototypeOf(read?.headers)).toBe(Object.prototype)
  })
})

test('a batch that is cut off at the end of a partition is left for the next response', async () => {
  const set = await encodeSet([
    { records: [plain, plain], firstTimestamp: 0 },
    { records: [plain], firstTimestamp: 0 },
  ])
  for (const cut of [1, 5, 40])
    expect(readBy(decodeFetchResponse(fetchResponse('t', [set.subarray(0, -cut)])) as Decoded, '0')).toMatchObject([
      [{ offset: 0n }, { offset: 1n }],
    ])
})

test('what only kafkajs reads is left to it: compression, transactions, numbers that are not exact', async () => {
  const set = await encodeSet([{ records: [plain], firstTimestamp: 0 }])
  const changed = (change: (copy: Buffer) => void) => {
    const copy = Buffer.from(set)
    change(copy)
    return decodeFetchResponse(fetchResponse('t', [copy]))
  }
  expect(changed(() => {})).toBeDefined()
  expect(changed((copy) => copy.writeInt16BE(1, 21))).toBeUndefined()
  expect(changed((copy) => copy.writeInt16BE(0x10, 21))).toBeUndefined()
  expect(changed((copy) => copy.writeInt16BE(0x20, 21))).toBeUndefined()
  expect(changed((copy) => copy.writeBigInt64BE(2n ** 60n, 0))).toBeUndefined()
  expect(changed((copy) => copy.writeInt8(1, 16))).toBeUndefined()
})

interface PlainRecord {
  key: string | Buffer | null
  value: string | Buffer | null
  headers: Record<string, string | Buffer | string[]>
  timestampDelta: number
}
const plain: PlainRecord = { key: 'key', value: 'value', headers: {}, timestampDelta: 0 }

async function encodeSet(
  batches: { records: PlainRecord[]; firstTimestamp: number; appendedAt?: number }[],
): Promise<Buffer> {
  let next = 0
  const encoded: Buffer[] = []
  for (const { records, ...options } of batches) {
    const buffers = records.map(
      (each, offsetDelta) => (kafkajs.Record({ ...each, offsetDelta }) as { buffer: Buffer }).buffer,
    )
    encoded.push(await batchOf(buffers, { ...options, firstOffset: BigInt(next) }))
    next += records.length
  }
  return Buffer.concat(encoded)
}
