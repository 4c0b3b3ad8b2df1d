import { describe, expect, it } from 'vitest'
import { createLanes } from '../src/lanes.ts'
import { aPiece } from './records.ts'

const partitions = [0, 1, 2].map((partition) => ({ topic: 'clicks', partition }))

function lanesWith(...pieces: ReturnType<typeof aPiece>[]) {
  const lanes = createLanes()
  lanes.assign(partitions)
  lanes.push(pieces)
  return lanes
}

describe('the lanes', () => {
  it('give everything that waits to one statement, one piece a partition', () => {
    const lanes = lanesWith(aPiece(0, 0, 2), aPiece(0, 2, 3), aPiece(1, 5, 1))
    const taken = lanes.take(100)
    expect(taken.map(({ partition, first, next }) => [partition, first, next])).toEqual([
      [0, 0n, 5n],
      [1, 5n, 6n],
    ])
    expect(lanes.size()).toBe(0)
  })

  it('keep a partition in at most one statement at a time', () => {
    const lanes = lanesWith(aPiece(0, 0, 2))
    const taken = lanes.take(100)
    lanes.push([aPiece(0, 2, 2)])
    expect(lanes.take(100)).toEqual([])
    lanes.release(taken)
    expect(lanes.take(100).map(({ first }) => first)).toEqual([2n])
  })

  it('begin with the fullest partition and leave the others to the next statement', () => {
    const lanes = lanesWith(aPiece(0, 0, 5), aPiece(1, 0, 10), aPiece(2, 0, 7))
    expect(lanes.take(10).map(({ partition }) => partition)).toEqual([1])
    expect(lanes.take(10).map(({ partition }) => partition)).toEqual([2, 0])
  })

  it('never join over a hole', () => {
    const lanes = lanesWith(aPiece(0, 0, 2), aPiece(0, 5, 2))
    expect(lanes.take(100).map(({ next }) => next)).toEqual([2n])
  })

  it('drop what waits at a new assignment, and let a statement that runs finish first', () => {
    const lanes = lanesWith(aPiece(0, 0, 2), aPiece(1, 0, 2))
    const running = lanes.take(2)
    lanes.assign(partitions)
    expect(lanes.size()).toBe(0)
    lanes.push([aPiece(0, 0, 2), aPiece(1, 0, 2)])
    expect(lanes.take(100).map(({ partition }) => partition)).toEqual([1])
    lanes.release(running)
    expect(lanes.take(100).map(({ partition }) => partition)).toEqual([0])
  })

  it('keep a partition in at most one statement when it leaves and returns while the statement runs', () => {
    const lanes = lanesWith(aPiece(0, 0, 2))
    const running = lanes.take(2)
    lanes.assign(partitions.slice(1))
    lanes.assign(partitions)
    lanes.push([aPiece(0, 0, 2)])
    expect(lanes.take(100)).toEqual([])
    lanes.release(running)
    expect(lanes.take(100).map(({ partition }) => partition)).toEqual([0])
  })

  it('count the bytes of what waits or is being stored, and give a statement no more bytes than it may have', () => {
    const pieces = [aPiece(0, 0, 2), aPiece(1, 0, 2)]
    const [first, second] = pieces.map(({ bytes }) => bytes) as [number, number]
    const lanes = lanesWith(...pieces)
    expect(lanes.bytes()).toBe(first + second)
    const taken = lanes.take(100, 1)
    expect(taken).toHaveLength(1)
    expect(lanes.bytes()).toBe(first + second)
    lanes.release(taken)
    expect(lanes.bytes()).toBe(second)
    lanes.assign([])
    expect(lanes.bytes()).toBe(0)
  })

  it('ignore what is read of a partition that is not ours', () => {
    const lanes = lanesWith(aPiece(7, 0, 2))
    expect(lanes.isIdle()).toBe(true)
  })

  it('commit only what was stored', () => {
    const lanes = lanesWith(aPiece(0, 0, 2), aPiece(1, 0, 2))
    lanes.take(100)
    lanes.stored({ topic: 'clicks', partition: 0, next: 2n })
    expect(lanes.positions()).toEqual([{ topic: 'clicks', partition: 0, offset: 2n }])
  })

  it('know a gap that stays after reading again from where the ledger stands', () => {
    const lanes = lanesWith(aPiece(0, 9, 1))
    expect(lanes.readAgain({ topic: 'clicks', partition: 0 }, 4n)).toBe(false)
    expect(lanes.size()).toBe(0)
    expect(lanes.readAgain({ topic: 'clicks', partition: 0 }, 4n)).toBe(true)
    lanes.stored({ topic: 'clicks', partition: 0, next: 5n })
    expect(lanes.readAgain({ topic: 'clicks', partition: 0 }, 4n)).toBe(false)
  })
})
