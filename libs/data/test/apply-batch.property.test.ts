import fc from 'fast-check'
import type { Sql } from 'postgres'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { testDatabase } from '@ads-tracker/local-servers'
import { type BatchStore, createBatchStore } from '../src/index.ts'
import { deliveries, knownAds } from './deliveries.ts'
import { owner } from './stored-events.ts'

const numRuns = Number(process.env.PROPERTY_RUNS ?? 60)

let db: Awaited<ReturnType<typeof testDatabase>>
let sql: Sql
let stores: [BatchStore, BatchStore]

beforeAll(async () => {
  db = await testDatabase()
  sql = owner(db.url)
  stores = [createBatchStore({ url: db.clickWriterUrl }), createBatchStore({ url: db.clickWriterUrl })]
  await sql`insert into ads (id, image_url, target_url) select n, 'https://cdn.test', 'https://shop.test' from unnest(${[...knownAds]}::integer[]) as n`
})
afterAll(async () => {
  await Promise.all([sql?.end(), ...(stores ?? []).map((store) => store.close())])
  await db?.drop()
})

it('a batch does what the model does, however the log is delivered', async () => {
  await fc.assert(deliveries({ sql, stores }), { numRuns })
}, 300_000)

// The oracle must be able to see: each of these breaks one rule of the function, and must be found.
const mutations: [what: string, name: string, from: string, to: string][] = [
  ['a conflict is taken for a duplicate', 'settle_clicks_v1', 'first.ad_id = ad', 'true'],
  ['a defaulted time decides', 'settle_clicks_v1', 'or first.occurred_at = first.received_at', ''],
  [
    'playback times are not compared',
    'settle_impressions_v1',
    'first.playback_time is not distinct from playback',
    'true',
  ],
  ['records that are delivered again enter the repeats', 'settle_clicks_v1', 'where others.fresh', ''],
  [
    'records that are delivered again enter the sums',
    'settle_clicks_v1',
    '(where each.same and each.fresh)',
    '(where each.same)',
  ],
  ['of two records with one id the last one wins', 'store_clicks_v1', 'order by id, row', 'order by id, row desc'],
  [
    'the first one of a batch is found wrong',
    'settle_clicks_v1',
    'partition by batch.id order by batch.row',
    'partition by batch.id order by batch.row desc',
  ],
  [
    'a dead letter is revived when it is delivered again',
    'apply_batch_v1',
    `where "offset" >= positions[slice] or not exists`,
    'where true or not exists',
  ],
  ['a gap is not seen', 'apply_batch_v1', 'where first_offsets[n] > positions[n]', 'where false'],
  [
    'an unknown ad is counted',
    'apply_batch_v1',
    'where not exists (select from public.ads where id = named.ad offset 0)',
    'where false',
  ],
  [
    'impressions are left out of the rollups',
    'apply_batch_v1',
    'clicked.minutes || shown.minutes',
    'clicked.minutes || array_fill(null::timestamptz, array[cardinality(shown.minutes)])',
  ],
  [
    'an hour begins at the wrong time',
    'add_rollups_v1',
    `date_bin('1 hour', minute`,
    `date_bin('1 hour', minute - interval '1 hour'`,
  ],
  ['a dead letter is made at each retry', 'bury_v1', 'where letter.event_id = dead.id', 'where false'],
  [
    'a replay that fails again is taken for a repeat',
    'bury_v1',
    'select from replayed where',
    'select from replayed where false and',
  ],
  [
    'of two dead letters with one id in a batch both are kept',
    'bury_v1',
    'row_number() over (of_id order by is_fresh, topic, partition, "offset") = 1',
    'true',
  ],
  [
    'what repeated a dead letter is stored when it is delivered again',
    'apply_batch_v1',
    'not exists (select from dead_letters as dead where dead.event_id = rows.id and dead.type = types[slice])',
    'true',
  ],
  ['a replay leaves no mark', 'apply_batch_v1', 'set replayed_at = replayed.at', 'set replayed_at = null'],
  [
    'the mark goes back',
    'apply_batch_v1',
    'greatest(book.complete_through, from_ms(last_times[n]))',
    'from_ms(last_times[n])',
  ],
]

it.each(mutations)(
  'the model sees it when %s',
  async (_, name, from, to) => {
    const [row] = await sql<[{ definition: string }]>`select pg_get_functiondef(${name}::regproc) as definition`
    expect(row.definition).toContain(from)
    await sql.unsafe(row.definition.replaceAll(from, to))
    try {
      const { failed } = await fc.check(deliveries({ sql, stores }), {
        numRuns: 400,
        endOnFailure: true,
        seed: 20_260_707,
      })
      expect(failed).toBe(true)
    } finally {
      await sql.unsafe(row.definition)
    }
  },
  120_000,
)
