import { describe, expect, it } from 'vitest'
import { createPartitionQueues } from '../src/partition-queues.ts'
import { aBatch } from './records.ts'

const partitions = [0, 1, 2].map((partition) => ({ topic: 'clicks', partition }))

function queuesWith(...batches: ReturnType<typeof aBatch>[]) {
  const queues = createPartitionQueues()
  queues.assign(partitions)
  queues.push(batches)
  return queues
}

describe('the queues', () => {
  it('give everything that waits to one statement, one batch a partition', () => {
    const queues = queuesWith(aBatch(0, 0, 2), aBatch(0, 2, 3), aBatch(1, 5, 1))
    const taken = queues.take(100)
    expect(taken.map(({ partition, first, next }) => [partition, first, next])).toEqual([
      [0, 0n, 5n],
      [1, 5n, 6n],
    ])
    expect(queues.size()).toBe(0)
  })

  it('keep a partition in at most one statement at a time', () => {
    const queues = queuesWith(aBatch(0, 0, 2))
    const taken = queues.take(100)
    queues.push([aBatch(0, 2, 2)])
    expect(queues.take(100)).toEqual([])
    queues.release(taken)
    expect(queues.take(100).map(({ first }) => first)).toEqual([2n])
  })

  it('begin with the fullest partition and leave the others to the next statement', () => {
    const queues = queuesWith(aBatch(0, 0, 5), aBatch(1, 0, 10), aBatch(2, 0, 7))
    expect(queues.take(10).map(({ partition }) => partition)).toEqual([1])
    expect(queues.take(10).map(({ partition }) => partition)).toEqual([2, 0])
  })

  it('never join over a hole', () => {
    const queues = queuesWith(aBatch(0, 0, 2), aBatch(0, 5, 2))
    expect(queues.take(100).map(({ next }) => next)).toEqual([2n])
  })

  it('drop what waits at a new assignment, and let a statement that runs finish first', () => {
    const queues = queuesWith(aBatch(0, 0, 2), aBatch(1, 0, 2))
    const running = queues.take(2)
    queues.assign(partitions)
    expect(queues.size()).toBe(0)
    queues.push([aBatch(0, 0, 2), aBatch(1, 0, 2)])
    expect(queues.take(100).map(({ partition }) => partition)).toEqual([1])
    queues.release(running)
    expect(queues.take(100).map(({ partition }) => partition)).toEqual([0])
  })

  it('keep a partition in at most one statement when it leaves and returns while the statement runs', () => {
    const queues = queuesWith(aBatch(0, 0, 2))
    const running = queues.take(2)
    queues.assign(partitions.slice(1))
    queues.assign(partitions)
    queues.push([aBatch(0, 0, 2)])
    expect(queues.take(100)).toEqual([])
    queues.release(running)
    expect(queues.take(100).map(({ partition }) => partition)).toEqual([0])
  })

  it('count the bytes of what waits or is being stored, and give a statement no more bytes than it may have', () => {
    const batches = [aBatch(0, 0, 2), aBatch(1, 0, 2)]
    const [first, second] = batches.map(({ bytes }) => bytes) as [number, number]
    const queues = queuesWith(...batches)
    expect(queues.bytes()).toBe(first + second)
    const taken = queues.take(100, 1)
    expect(taken).toHaveLength(1)
    expect(queues.bytes()).toBe(first + second)
    queues.release(taken)
    expect(queues.bytes()).toBe(second)
    queues.assign([])
    expect(queues.bytes()).toBe(0)
  })

  it('ignore what is read of a partition that is not ours', () => {
    const queues = queuesWith(aBatch(7, 0, 2))
    expect(queues.isIdle()).toBe(true)
  })

  it('commit only what was stored', () => {
    const queues = queuesWith(aBatch(0, 0, 2), aBatch(1, 0, 2))
    queues.take(100)
    queues.stored({ topic: 'clicks', partition: 0, next: 2n })
    expect(queues.positions()).toEqual([{ topic: 'clicks', partition: 0, offset: 2n }])
  })

  it('know a gap that stays after reading again from where the ledger stands', () => {
    const queues = queuesWith(aBatch(0, 9, 1))
    expect(queues.readAgain({ topic: 'clicks', partition: 0 }, 4n)).toBe(false)
    expect(queues.size()).toBe(0)
    expect(queues.readAgain({ topic: 'clicks', partition: 0 }, 4n)).toBe(true)
    queues.stored({ topic: 'clicks', partition: 0, next: 5n })
    expect(queues.readAgain({ topic: 'clicks', partition: 0 }, 4n)).toBe(false)
  })
})
