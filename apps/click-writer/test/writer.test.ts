import type { Batch, BatchOutcome, BatchStore } from '@ads-tracker/data'
import { topicNames } from '@ads-tracker/events'
import type { BatchConsumer } from '@ads-tracker/kafka'
import { createLogger } from '@ads-tracker/service-kit'
import { Registry } from 'prom-client'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { createWriterMetrics } from '../src/metrics.ts'
import { createWriter } from '../src/writer.ts'
import { aRecord } from './records.ts'

const topics = topicNames()
const partition0 = { topic: topics.click, partition: 0 }

/** A writer with two connections, whose statements end when the test says so. */
function writing({ queueMaxBytes = 32_000_000 } = {}) {
  const running: { store: number; events: number; end: () => void }[] = []
  const seek = vi.fn()
  const stores = [0, 1].map((store) => ({
    apply: ({ ranges, events }: Batch) =>
      new Promise<BatchOutcome>((resolve) => {
        const stored = ranges.map(({ topic, partition, nextOffset }) => ({
          topic,
          partition,
          nextOffset,
          counted: 0,
          duplicates: 0,
          conflicts: 0,
          deadLetters: 0,
          recovered: 0,
        }))
        running.push({ store, events: events.length, end: () => resolve({ status: 'applied', partitions: stored }) })
      }),
  }))
  const writer = createWriter({
    stores: stores as unknown as BatchStore[],
    topics,
    admin: { offsets: async () => [] },
    log: createLogger('test', 'silent'),
    metrics: createWriterMetrics(new Registry()),
    batchMaxEvents: 20_000,
    batchMaxBytes: 8_000_000,
    queueMaxEvents: 60_000,
    queueMaxBytes,
  })
  writer.onAssigned([0, 1].map((partition) => ({ topic: topics.click, partition })))
  writer.start({ seek } as Partial<BatchConsumer> as BatchConsumer)
  onTestFinished(async () => {
    const stopped = writer.stop()
    for (const { end } of running) end()
    await stopped
  })
  return {
    writer,
    running,
    seek,
    /** `count` clicks from offset `first` of a partition arrive. */
    arrive: (partition: number, first: number, count: number) =>
      writer.onBatch({
        topic: topics.click,
        partition,
        records: Array.from({ length: count }, (_, index) => aRecord(first + index)),
        heartbeat: async () => {},
        isStale: () => false,
      }),
  }
}

describe('the writer', () => {
  it('leaves what arrives during a statement to the next one, of all partitions together', async () => {
    const { running, arrive } = writing()
    await arrive(0, 0, 1)
    await vi.waitFor(() => expect(running).toHaveLength(1), 10_000)
    await arrive(0, 1, 2)
    await arrive(1, 0, 3)
    expect(running).toHaveLength(1)
    running[0]!.end()
    await vi.waitFor(
      () =>
        expect(running.map(({ store, events }) => ({ store, events }))).toEqual([
          { store: 0, events: 1 },
          { store: 0, events: 5 },
        ]),
      10_000,
    )
  })

  it('runs a second statement beside the first when much waits', async () => {
    const { running, arrive } = writing()
    await arrive(0, 0, 1)
    await vi.waitFor(() => expect(running).toHaveLength(1), 10_000)
    await arrive(1, 0, 1500)
    await vi.waitFor(
      () =>
        expect(running.map(({ store, events }) => ({ store, events }))).toEqual([
          { store: 0, events: 1 },
          { store: 1, events: 1500 },
        ]),
      10_000,
    )
  })

  it('reads no further than its memory allows, however few the events are', async () => {
    const { writer, running, arrive } = writing({ queueMaxBytes: 100_000 })
    await arrive(0, 0, 250)
    await vi.waitFor(() => expect(running).toHaveLength(1), 10_000)
    let taken = false
    const second = arrive(1, 0, 250).then(() => (taken = true))
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(taken).toBe(false)
    running[0]!.end()
    await second
    expect(writer.queues.bytes()).toBeGreaterThan(0)
  })

  it('survives a consumer that restarts while it should read again from the ledger', async () => {
    const { writer, running, seek, arrive } = writing()
    seek.mockImplementation(() => {
      throw new Error('Consumer group was not initialized')
    })
    await arrive(0, 0, 5)
    await vi.waitFor(() => expect(running).toHaveLength(1), 10_000)
    running[0]!.end()
    await vi.waitFor(() => expect(writer.queues.positions()).toHaveLength(1), 10_000)
    writer.reconcile([{ ...partition0, nextOffset: 2n, recovered: 0n }], writer.queues.positions())
    expect(seek).toHaveBeenCalled()
  })

  it('reads again from the ledger when that went back, as after restoring a backup', async () => {
    const { writer, running, seek, arrive } = writing()
    await arrive(0, 0, 5)
    await vi.waitFor(() => expect(running).toHaveLength(1), 10_000)
    running[0]!.end()
    await vi.waitFor(() => expect(writer.queues.positions()).toHaveLength(1), 10_000)
    writer.reconcile([{ ...partition0, nextOffset: 2n, recovered: 0n }], writer.queues.positions())
    expect(seek).toHaveBeenCalledWith({ ...partition0, offset: 2n })
  })

  it('does not mistake books that were read before its last statement for a ledger that went back', async () => {
    const { writer, running, seek, arrive } = writing()
    for (const [index, first] of [0, 5].entries()) {
      await arrive(0, first, 5)
      await vi.waitFor(() => expect(running).toHaveLength(index + 1), 10_000)
      if (index === 0) {
        running[0]!.end()
        await vi.waitFor(() => expect(writer.queues.positions()).toHaveLength(1), 10_000)
      }
    }
    const known = writer.queues.positions()
    const books = [{ ...partition0, nextOffset: 5n, recovered: 0n }]
    running[1]!.end()
    await vi.waitFor(() => expect(writer.queues.positions()[0]?.offset).toBe(10n), 10_000)
    writer.reconcile(books, known)
    expect(seek).not.toHaveBeenCalled()
  })

  it('reads all of a log whose book has recovered events, once for each assignment, and vouches for it only then', async () => {
    const { writer, running, seek, arrive } = writing()
    const other = { topic: topics.click, partition: 1 }
    const books = [{ ...partition0, nextOffset: 50n, recovered: 3n }]
    for (let round = 0; round < 2; round++) writer.reconcile(books, [])
    expect(seek.mock.calls).toEqual([[{ ...partition0, offset: 0n }]])
    expect(writer.upToDate()).toEqual([other])

    for (const [index, first] of [0, 30].entries()) {
      await arrive(0, first, 30)
      await vi.waitFor(() => expect(running).toHaveLength(index + 1), 10_000)
      expect(writer.upToDate()).toEqual([other])
      running[index]!.end()
      await vi.waitFor(() => expect(writer.queues.isIdle()).toBe(true), 10_000)
    }
    expect(writer.upToDate()).toEqual([partition0, other])

    writer.reconcile(books, [])
    expect(seek).toHaveBeenCalledTimes(1)
    writer.onAssigned([partition0])
    writer.reconcile(books, [])
    expect(seek).toHaveBeenCalledTimes(2)
    expect(writer.upToDate()).toEqual([])
    writer.reconcile([{ ...partition0, nextOffset: 0n, recovered: 0n }], [])
    expect(writer.upToDate()).toEqual([partition0])
  })
})
