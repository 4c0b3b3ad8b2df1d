import fc from 'fast-check'
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { fromBundle, fromModules, type GroupArguments, type Internals } from './kafkajs-internals.ts'

describe.each([
  ['as installed', fromModules],
  ['in a bundle', fromBundle],
])('the patched kafkajs, %s', (_where, load) => {
  let kafkajs: Internals
  beforeAll(async () => {
    kafkajs = await load()
  })
  afterEach(() => void vi.useRealTimers())

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

  test('groups without copying the messages of a partition for each further one', () => {
    const messages = Array.from({ length: 1000 }, (_, value) => ({ value }))
    let copied = 0
    const iterate = Array.prototype[Symbol.iterator]
    Array.prototype[Symbol.iterator] = function (this: unknown[]) {
      copied += this.length
      return iterate.call(this)
    }
    try {
      kafkajs.group({ topic: 't', partitionMetadata: [{}], messages, partitioner: () => 0 })
    } finally {
      Array.prototype[Symbol.iterator] = iterate
    }
    expect(copied).toBe(0)
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
