import fc from 'fast-check'
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { fromBundle, fromModules, type GroupArguments, type Internals } from './kafkajs-internals.ts'

const bytes = fc.oneof(
  fc.string({ maxLength: 300 }),
  fc.string({ unit: 'binary', maxLength: 80 }),
  fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array)),
)
// The original takes a header named like a member of Object.prototype (`toString`) for one that it has read before.
const headerName = fc.string({ unit: 'grapheme', maxLength: 30 }).filter((name) => !(name in {}))
const headers = fc.option(fc.dictionary(headerName, bytes, { maxKeys: 4 }), { nil: undefined })
const message = fc.record({ key: fc.option(bytes), value: fc.option(bytes), headers }, { requiredKeys: ['value'] })
const topicData = fc.array(
  fc.record({
    topic: fc.stringMatching(/^[a-z.]{1,40}$/),
    partitions: fc.array(
      fc.record(
        { partition: fc.nat(100), firstSequence: fc.nat(1000), messages: fc.array(message, { maxLength: 20 }) },
        { requiredKeys: ['partition', 'messages'] },
      ),
      { maxLength: 3 },
    ),
  }),
  { maxLength: 3 },
)

describe.each([
  ['as installed', fromModules],
  ['in a bundle', fromBundle],
])('the patched kafkajs, %s', (_where, load) => {
  let kafkajs: Internals
  beforeAll(async () => {
    kafkajs = await load()
  })
  afterEach(() => void vi.useRealTimers())

  async function encodeBoth(options: object, version = 7, clientId: string | null = 'click-ingest') {
    vi.useFakeTimers({ toFake: ['Date'], now: 1_764_000_000_123 })
    const { request } = kafkajs.produce(version)({ acks: -1, timeout: 2500, ...options })
    const header = { correlationId: 77, clientId }
    const exact = request.encodeRequest?.({ ...header, apiKey: 0, apiVersion: version })
    const [ours, original] = await Promise.all([
      kafkajs.createRequest({ ...header, request }),
      kafkajs.createRequest({ ...header, request: { ...request, encodeRequest: undefined } }),
    ])
    return { isExact: exact !== undefined, ours: ours.buffer, original: original.buffer }
  }

  test('writes the same bytes as the original for any keys, values and headers', async () => {
    await fc.assert(
      fc.asyncProperty(
        topicData,
        fc.integer({ min: 3, max: 7 }),
        fc.option(fc.string({ maxLength: 20 })),
        async (data, version, clientId) => {
          const { isExact, ours, original } = await encodeBoth({ topicData: data }, version, clientId)
          expect(isExact).toBe(true)
          expect(ours.equals(original)).toBe(true)
        },
      ),
      { numRuns: 300 },
    )
  })

  test.each([0, 1, 63, 64, 65, 127, 128, 129, 8191, 8192, 8193, 20_000])(
    'writes the same bytes for %i records and for values of as many bytes',
    async (size) => {
      const records = Array.from({ length: size }, (_, index) => ({
        key: `key-${index}`,
        value: `{"n":${index}}`,
        headers: { v: '1', 'request-id': `r${index}` },
      }))
      const long = [{ key: 'k'.repeat(size), value: 'v'.repeat(size), headers: { h: 'ü'.repeat(size) } }]
      for (const messages of [records, long]) {
        const { isExact, ours, original } = await encodeBoth({
          topicData: [{ topic: 'ads.clicks.v1', partitions: [{ partition: 3, messages }] }],
        })
        expect(isExact).toBe(true)
        expect(ours.equals(original)).toBe(true)
      }
    },
  )

  test('leaves compression, transactions, timestamps and unusual values to the original', async () => {
    const data = (extra: object) => [
      { topic: 't', partitions: [{ partition: 0, messages: [{ key: 'k', value: 'v', ...extra }] }] },
    ]
    const unusual = [
      { topicData: data({}), compression: 1 },
      { topicData: data({}), transactionalId: 'transaction' },
      { topicData: data({ timestamp: '1764000000000' }) },
      { topicData: data({ headers: { many: ['a', 'b'] } }) },
      { topicData: data({ value: new Uint8Array([1, 2, 3]) }) },
    ]
    for (const options of unusual) {
      const { isExact, ours, original } = await encodeBoth(options)
      expect(isExact).toBe(false)
      expect(ours.equals(original)).toBe(true)
    }
  })

  test('computes the CRC-32C of the original and of RFC 3720', () => {
    expect(kafkajs.slicingBy8(Buffer.from('123456789'), 0, 9)).toBe(0xe3069283)
    expect(kafkajs.slicingBy8(Buffer.alloc(32), 0, 32)).toBe(0x8a9136aa)
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(20), (array, start) => {
        const buffer = Buffer.from(array)
        const from = Math.min(start, buffer.length)
        expect(kafkajs.slicingBy8(buffer, from, buffer.length)).toBe(kafkajs.crc32C(buffer.subarray(from)))
      }),
    )
  })

  const fetched = fc.record(
    {
      key: fc.option(bytes),
      value: fc.option(bytes),
      headers,
      timestampDelta: fc.oneof(fc.nat(1000), fc.integer(), fc.maxSafeInteger()),
      offsetDelta: fc.nat(100_000),
    },
    { requiredKeys: ['key', 'value', 'timestampDelta', 'offsetDelta'] },
  )

  function decodeBoth(
    encoded: Buffer,
    context: { firstOffset: string; firstTimestamp: string; timestampType?: number; maxTimestamp?: string },
  ) {
    const original = new kafkajs.Decoder(encoded)
    const whole = { ...context, magicByte: 2, isControlBatch: false }
    const quick = new kafkajs.Decoder(encoded)
    const ours = kafkajs.decodePlainRecords(quick, whole)
    const theirs = original.readArray((decoder) =>
      kafkajs.decodeRecord(new kafkajs.Decoder(decoder.readVarIntBytes()), whole),
    )
    return { ours, theirs, read: [quick.offset, original.offset] }
  }

  function encodeRecords(records: object[]): Buffer {
    const length = Buffer.alloc(4)
    length.writeInt32BE(records.length)
    return Buffer.concat([length, ...records.map((each) => (kafkajs.Record(each) as { buffer: Buffer }).buffer)])
  }

  test('reads what the original reads of a batch', () => {
    const places = fc.record({
      firstOffset: fc.maxSafeInteger().map(Math.abs).map(String),
      firstTimestamp: fc.nat(2_000_000_000_000).map(String),
      timestampType: fc.constantFrom(0, 1),
      maxTimestamp: fc.constant('1764000000123'),
    })
    let quick = 0
    fc.assert(
      fc.property(fc.array(fetched, { maxLength: 20 }), places, (records, context) => {
        const { ours, theirs, read } = decodeBoth(encodeRecords(records), context)
        if (ours) quick += 1
        expect(ours ?? theirs).toEqual(theirs)
        expect(read[0]).toBe(ours ? read[1] : 0)
      }),
      { numRuns: 500 },
    )
    expect(quick).toBeGreaterThan(20)
  })

  test('reads repeated headers, and a header with the name of a prototype, as data', () => {
    const encoded = encodeRecords([{ key: 'k', value: 'v', headers: { many: ['a', 'b', 'c'], ['__proto__']: 'x' } }])
    const [read] = decodeBoth(encoded, { firstOffset: '0', firstTimestamp: '0' }).ours as {
      headers: Record<string, unknown>
    }[]
    expect(read?.headers.many).toEqual(['a', 'b', 'c'].map((text) => Buffer.from(text)))
    expect(Object.getPrototypeOf(read?.headers)).toBe(Object.prototype)
    expect(Object.keys(read?.headers ?? {})).toEqual(['many', '__proto__'])
  })

  test('leaves numbers beyond what is exact to the original', async () => {
    const records = [kafkajs.Record({ key: 'k', value: 'v', offsetDelta: 1, timestampDelta: 0 })]
    const { buffer } = await kafkajs.recordBatch.RecordBatch({
      records,
      firstTimestamp: 1_764_000_000_000,
      maxTimestamp: 1_764_000_000_000,
    })
    buffer.writeBigInt64BE(2n ** 60n, 0)
    const { records: read } = await kafkajs.decodeRecordBatch(new kafkajs.Decoder(buffer))
    expect(read).toMatchObject([{ offset: String(2n ** 60n + 1n), timestamp: '1764000000000' }])
  })

  test('groups as the original did', () => {
    fc.assert(
      fc.property(fc.array(fc.record({ id: fc.nat(), partition: fc.nat(7) })), (messages) => {
        const input = {
          topic: 't',
          partitionMetadata: [{}],
          messages,
          partitioner: ({ message: { partition } }: { message: { partition: number } }) => partition,
        }
        expect(kafkajs.group(input)).toEqual(originalGroup(input))
      }),
    )
    expect(kafkajs.group({ topic: 't', partitionMetadata: [], messages: [1], partitioner: () => 0 })).toEqual({})
  })

  test('groups 20,000 messages of one partition in less than 500 ms, where the original takes seconds', () => {
    const messages = Array.from({ length: 20_000 }, (_, value) => ({ value }))
    const start = performance.now()
    kafkajs.group({ topic: 't', partitionMetadata: [{}], messages, partitioner: () => 0 })
    expect(performance.now() - start).toBeLessThan(500)
  })

  describe('the request queue', () => {
    const logger = { debug() {}, warn() {} }
    const response = (correlationId: number) => ({ correlationId, size: 0, payload: Buffer.alloc(0) })
    const request = (correlationId: number, sent: number[]) => ({
      entry: { correlationId, resolve() {}, reject() {} },
      expectResponse: true,
      sendRequest: () => sent.push(correlationId),
    })
    const queueOf = () =>
      new kafkajs.RequestQueue({
        maxInFlightRequests: 1,
        requestTimeout: 1000,
        enforceRequestTimeout: true,
        clientId: 'c',
        broker: 'b',
        logger,
      })

    test('sets no timer when nothing is pending', () => {
      vi.useFakeTimers()
      const queue = queueOf()
      queue.push(request(1, []))
      queue.fulfillRequest(response(1))
      expect(vi.getTimerCount()).toBe(0)
    })

    test('sends what was pending when its turn comes, and is silent afterwards', () => {
      vi.useFakeTimers()
      const sent: number[] = []
      const queue = queueOf()
      for (const id of [1, 2, 3]) queue.push(request(id, sent))
      expect(sent).toEqual([1])
      for (const id of [1, 2, 3]) queue.fulfillRequest(response(id))
      expect(sent).toEqual([1, 2, 3])
      vi.runAllTimers()
      expect(vi.getTimerCount()).toBe(0)
    })

    test('sends what waits for the end of a throttle when it ends', () => {
      vi.useFakeTimers()
      const sent: number[] = []
      const queue = queueOf()
      queue.maybeThrottle(500)
      queue.push(request(1, sent))
      vi.advanceTimersByTime(490)
      expect(sent).toEqual([])
      vi.advanceTimersByTime(20)
      expect(sent).toEqual([1])
      expect(vi.getTimerCount()).toBe(0)
    })
  })
})

function originalGroup<T>({ messages, partitioner }: GroupArguments<T>): Record<string, T[]> {
  return messages.reduce<Record<string, T[]>>((result, message) => {
    const partition = partitioner({ message })
    const current = result[partition] ?? []
    return Object.assign(result, { [partition]: [...current, message] })
  }, {})
}
