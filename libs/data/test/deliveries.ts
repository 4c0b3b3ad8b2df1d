import fc from 'fast-check'
import type { Sql } from 'postgres'
import { expect } from 'vitest'
import type { AdEvent, EventType } from '@ads-tracker/events'
import { applyBatchStatement, batchParameters, everythingSuspected } from '../src/batch-parameters.ts'
import { type Batch, type BatchStore, classifyError } from '../src/index.ts'
import { batchOf, brokerTime, moveToDeadLetters, event, id, type LogRecord, type Range, topics } from './log.ts'
import { createModel, type Model } from './model.ts'
import { clearState, readState } from './stored-state.ts'

/** Ads that must exist. */
export const knownAds = new Set([1, 2])
const unknownAd = 9
const partitions = 2
const length = 12

const type = fc.constantFrom<EventType>('click', 'impression')
const partition = fc.nat(partitions - 1)
const offset = fc.nat(length - 1)
// Few ids, so that they meet; every field that decides about a conflict may differ.
const anEvent = fc.record({
  n: fc.integer({ min: 1, max: 6 }),
  fields: fc.record(
    {
      ad_id: fc.constantFrom(1, 1, 1, 2, unknownAd),
      occurred_at: fc.constantFrom('2026-01-01T23:59:59.999Z', '2026-01-02T00:00:00.000Z', '2026-01-02T00:30:00.001Z'),
      received_at: fc.constantFrom('2026-01-02T00:00:00.000Z', '2026-01-02T01:00:00.000Z'),
      playback_time: fc.constantFrom(null, 0, 12.25),
      user_agent: fc.constantFrom(
        null,
        'null',
        '',
        'a,{b}"\\',
        'ä',
        'b',
        'c',
        '\u{10ffff}'.repeat(512),
        '~'.repeat(2049),
      ),
      ip: fc.constantFrom<string | null>('192.0.2.0', '2001:db8:1::', null),
    } satisfies Partial<Record<keyof AdEvent, unknown>>,
    { requiredKeys: [] },
  ),
})
const position = fc
  .record({ type, partition, offset })
  .map((at) => ({ topic: topics[at.type], partition: at.partition, offset: BigInt(at.offset) }))
const record: fc.Arbitrary<LogRecord> = fc.oneof(
  { weight: 8, arbitrary: anEvent.map(({ n, fields }) => ({ event: event(n, fields) })) },
  {
    weight: 1,
    arbitrary: fc.constantFrom<LogRecord>(
      { reason: 'undecodable' },
      { reason: 'schema_invalid' },
      { reason: 'schema_invalid', eventId: id(1) },
      { reason: 'schema_invalid', eventId: id(2) },
    ),
  },
  {
    weight: 1,
    arbitrary: fc
      .record({ e: anEvent, replayOf: position })
      .map(({ e, replayOf }) => ({ event: event(e.n, e.fields), replayOf })),
  },
)
const log = fc.array(record, { minLength: 2 * partitions * length, maxLength: 2 * partitions * length })
// Where a range starts is told from where the book is: mostly there, sometimes before it (a redelivery) or after it (a gap).
const range = fc.record({
  type,
  partition,
  back: fc.constantFrom(0, 0, 0, 0, 1, 3, 8, -1),
  records: fc.integer({ min: 1, max: 6 }),
})
const someRanges = fc.uniqueArray(range, {
  minLength: 1,
  maxLength: 4,
  selector: ({ type, partition }) => `${type}/${partition}`,
})
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('deliver' as const), ranges: someRanges, by: fc.nat(1) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('abort' as const), ranges: someRanges }) },
  // A topic that was recreated: what is delivered again is not what was there before.
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('rewrite' as const), index: fc.nat(2 * partitions * length - 1), record }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('advance' as const),
      type,
      partition,
      ahead: fc.integer({ min: -1, max: 1 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('concurrently' as const), ranges: someRanges, fold: fc.boolean() }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('fold' as const), rows: fc.constantFrom(1, 1000) }) },
  // How many user agents there may be, and those that there are are of a day before.
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('agents' as const), most: fc.constantFrom(0, 1, 2, 100) }) },
)
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never

interface Connections {
  sql: Sql
  stores: [BatchStore, BatchStore]
}

/** A batch does what the model does, however a log is delivered: again, out of order, aborted, at once, or another one. */
export function deliveries(connections: Connections) {
  return fc.asyncProperty(log, fc.array(step, { minLength: 1, maxLength: 8 }), async (records, steps) => {
    await clearState(connections.sql)
    const world = { ...connections, model: createModel(knownAds), records: [...records] }
    for (const each of steps) await take(each, world)
  })
}

interface World extends Connections {
  model: Model
  records: LogRecord[]
}

async function take(step: Step, world: World): Promise<void> {
  if (step.kind === 'rewrite') return void (world.records[step.index] = step.record)
  if (step.kind === 'advance') return advance(step, world)
  if (step.kind === 'fold') return fold(step, world)
  if (step.kind === 'agents') return limitAgents(step, world)
  const ranges = rangesOf(step.ranges, world.model)
  if (ranges.length === 0) return
  const batch = batchOf(reader(world.records), ranges)
  if (step.kind === 'deliver') await deliver(batch, world, step.by)
  if (step.kind === 'abort') await abort(batch, world)
  if (step.kind === 'concurrently') await concurrently(world, ranges, step.fold)
  expect(sorted(await readState(world.sql))).toEqual(sorted(world.model.state()))
}

function reader(records: LogRecord[]) {
  return (type: EventType, partition: number, offset: number) =>
    records[(type === 'click' ? 0 : partitions * length) + partition * length + offset] as LogRecord
}

function rangesOf(ranges: Extract<Step, { kind: 'deliver' }>['ranges'], model: Model): Range[] {
  return ranges.flatMap(({ type, partition, back, records }) => {
    const next = Number(model.books.get(`${topics[type]}/${partition}`)?.next ?? 0n)
    const from = Math.max(0, next - back)
    const to = Math.min(length, from + records)
    return from < to ? [{ type, partition, from, to }] : []
  })
}

// As the writer does it: rows of unknown ads become dead letters, and the batch is applied again.
async function deliver(batch: Batch, world: World, by: number): Promise<void> {
  const { model, stores } = world
  const expected = model.apply(batch)
  const outcome = await stores[by]!.apply(batch)
  expect(comparable(outcome)).toEqual(comparable(expected))
  if (outcome.status === 'unknown_ads') await deliver(moveToDeadLetters(batch, outcome), world, by)
}

// The log's end as the broker tells it: where the book is, before it (another log), or after it (not read yet).
async function advance(
  { type, partition, ahead }: Extract<Step, { kind: 'advance' }>,
  { model, stores }: World,
): Promise<void> {
  const name = { topic: topics[type], partition }
  const book = model.books.get(`${name.topic}/${partition}`)
  if (!book) return
  const end = book.next + BigInt(ahead)
  const at = brokerTime(length)
  const { behind } = await stores[1].advanceCompleteThrough({ at: new Date(at), ends: [{ ...name, end }] })
  expect(behind).toEqual(ahead < 0 ? [{ ...name, end, nextOffset: book.next }] : [])
  if (ahead === 0) book.completeThrough = at
}

// What a reader sees is the same before and after.
async function fold({ rows }: { rows: number }, { sql, model }: World): Promise<void> {
  await foldOnce(sql, rows)
  expect(sorted(await readState(sql))).toEqual(sorted(model.state()))
}

// No event changes by it.
async function limitAgents({ most }: { most: number }, { sql, model }: World): Promise<void> {
  await sql`update user_agents set last_used_on = last_used_on - 1`
  await sql`update user_agent_limit set most = ${most}`
  expect(sorted(await readState(sql))).toEqual(sorted(model.state()))
}

async function foldOnce(sql: Sql, rows: number): Promise<void> {
  await sql`select * from fold_rollups_v1(0, 0, ${rows}, 1000)`
}

async function abort(batch: Batch, { sql }: World): Promise<void> {
  const rollback = new Error('rolled back')
  const { parameters } = batchParameters(batch, everythingSuspected)
  const attempt = sql.begin(async (transaction) => {
    await transaction.unsafe(applyBatchStatement, parameters)
    throw rollback
  })
  await expect(attempt).rejects.toBe(rollback)
}

// Whoever comes first, the end is that of one after the other.
async function concurrently(world: World, ranges: Range[], withFold: boolean): Promise<void> {
  const halves = [
    ranges.filter(({ partition }) => partition % 2 === 0),
    ranges.filter(({ partition }) => partition % 2 === 1),
  ]
  const read = reader(world.records)
  // without replays: one follows what it replays, and is not stored beside it
  const plain: typeof read = (...position) => ({ ...read(...position), replayOf: undefined })
  const batches = halves.filter((half) => half.length > 0).map((half) => batchOf(plain, half))
  const settle = async (store: BatchStore, batch: Batch): Promise<void> => {
    const outcome = await store.apply(batch).catch((error: unknown) => {
      if (classifyError(error) === 'retry') return undefined
      throw error
    })
    if (!outcome) await settle(store, batch)
    else if (outcome.status === 'unknown_ads') await settle(store, moveToDeadLetters(batch, outcome))
  }
  await Promise.all([
    ...batches.map((batch, index) => settle(world.stores[index]!, batch)),
    ...(withFold ? [foldOnce(world.sql, 1000)] : []),
  ])
  const orders = [batches, batches.toReversed()].map((order) => {
    const model = createModel(knownAds, world.model)
    for (const batch of order) settleModel(model, batch)
    return model
  })
  const state = JSON.stringify(sorted(await readState(world.sql)))
  world.model = orders.find((model) => JSON.stringify(sorted(model.state())) === state) ?? (orders[0] as Model)
}

function settleModel(model: Model, batch: Batch): void {
  const outcome = model.apply(batch)
  if (outcome.status === 'unknown_ads') settleModel(model, moveToDeadLetters(batch, outcome))
}

function comparable(outcome: object) {
  const text = JSON.stringify(outcome, (_, value: unknown) => (typeof value === 'bigint' ? Number(value) : value))
  const { rows, gaps, ...rest } = JSON.parse(text) as { rows?: object[]; gaps?: object[] }
  return { ...rest, rows: inOrder(rows), gaps: inOrder(gaps) }
}

function sorted(state: object) {
  return Object.fromEntries(Object.entries(state).map(([name, rows]) => [name, inOrder(rows as object[])]))
}

function inOrder(rows: object[] = []): object[] {
  return rows
    .map((row) => JSON.stringify(row))
    .sort()
    .map((row) => JSON.parse(row) as object)
}
