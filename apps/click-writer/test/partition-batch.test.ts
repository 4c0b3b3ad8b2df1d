import { expect, it } from 'vitest'
import { halves, sizeOf, toPartitionBatches } from '../src/partition-batch.ts'
import { aBatch, aRecord } from './records.ts'

const of = { topic: 'clicks', partition: 2 }

it('decodes consecutive records into one batch that says where it begins and ends', () => {
  const [batch, ...others] = toPartitionBatches(of, 'click', [aRecord(7), aRecord(8), aRecord(9)])
  expect(others).toEqual([])
  expect(batch).toMatchObject({ ...of, type: 'click', first: 7n, next: 10n })
  expect(batch?.records.map(({ event }) => event?.ad_id)).toEqual([1, 1, 1])
})

it('never hides a hole in the offsets inside a batch', () => {
  const batches = toPartitionBatches(of, 'click', [aRecord(7), aRecord(9), aRecord(10)])
  expect(batches.map(({ first, next }) => [first, next])).toEqual([
    [7n, 8n],
    [9n, 11n],
  ])
})

it('keeps poison in its place, with the reason', () => {
  const poison = { ...aRecord(8), value: Buffer.from('{') }
  const [batch] = toPartitionBatches(of, 'click', [aRecord(7), poison, aRecord(9)])
  expect(batch?.records.map(({ deadLetter }) => deadLetter?.reason)).toEqual([undefined, 'undecodable', undefined])
})

it('reads which dead letter a record repeats, and takes no other text for one', () => {
  const replayOf = (text: string) =>
    toPartitionBatches(of, 'click', [aRecord(0, {}, { 'replay-of': text })])[0]?.records[0]?.replayOf
  expect(replayOf('ads.clicks.v1/3/9007199254740993')).toEqual({
    topic: 'ads.clicks.v1',
    partition: 3,
    offset: 9007199254740993n,
  })
  expect(replayOf('ads.clicks.v1/x/1')).toBeUndefined()
  expect(replayOf('/1/1')).toBeUndefined()
})

it('is cut in halves that follow each other, down to one record', () => {
  const [first, second] = halves([aBatch(0, 10, 5)])
  expect([first[0]?.first, first[0]?.next, second[0]?.first, second[0]?.next]).toEqual([10n, 12n, 12n, 15n])
  expect([sizeOf(first), sizeOf(second)]).toEqual([2, 3])
  const [left, right] = halves([aBatch(0, 0, 2), aBatch(1, 0, 2), aBatch(2, 0, 2)])
  expect([left.length, right.length]).toEqual([1, 2])
})
