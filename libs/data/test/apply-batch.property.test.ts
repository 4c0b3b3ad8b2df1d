import fc from 'fast-check'
import type { Sql } from 'postgres'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { testDatabase } from '@ads-tracker/local-servers'
import { type BatchStore, createBatchStore, type DuplicateFilter } from '../src/index.ts'
import { deliveries, knownAds } from './deliveries.ts'
import { owner } from './stored-events.ts'

const numRuns = Number(process.env.PROPERTY_RUNS ?? 60)

let db: Awaited<ReturnType<typeof testDatabase>>
let sql: Sql

beforeAll(async () => {
  db = await testDatabase()
  sql = owner(db.url)
  await sql`insert into ads (id, image_url, target_url) select n, 'https://cdn.test', 'https://shop.test' from unnest(${[...knownAds]}::integer[]) as n`
})
afterAll(async () => {
  await sql?.end()
  await db?.drop()
})

// Correctness never depends on the filter: it may take each event for a repeat, none, or any.
const filters: [name: string, filter: DuplicateFilter | undefined][] = [
  ['the real one', undefined],
  ['one that always says yes', { add: () => true }],
  ['one that always says no', { add: () => false }],
  ['a random one', randomFilter(20_260_707)],
]

it.each(filters)(
  'a batch does what the model does, however the log is delivered, with a filter that is %s',
  async (_, filter) => {
    await withStores(filter, (stores) => fc.assert(deliveries({ sql, stores }), { numRuns }))
  },
  300_000,
)

function randomFilter(seed: number): DuplicateFilter {
  let state = seed
  return { add: () => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0) < 0 }
}

async function withStores<T>(
  filter: DuplicateFilter | undefined,
  work: (stores: [BatchStore, BatchStore]) => Promise<T>,
) {
  const open = () => createBatchStore({ url: db.clickWriterUrl, ...(filter && { filter }) })
  const stores: [BatchStore, BatchStore] = [open(), open()]
  try {
    return await work(stores)
  } finally {
    await Promise.all(stores.map((store) => store.close()))
  }
}

// The oracle must be able to see: each of these breaks one rule of the function, and must be found.
const mutations: [what: string, name: string, from: string, to: string][] = [
  ['a conflict is taken for a duplicate', 'store_suspects_v2', 'first.ad = batch.ad', 'true'],
  ['a defaulted time decides', 'store_suspects_v2', 'or first.occurred_at = first.received_at', ''],
  [
    'playback times are not compared',
    'store_suspects_v2',
    'first.playback is not distinct from batch.playback',
    'true',
  ],
  ['records that are delivered again enter the repeats', 'store_suspects_v2', 'where fresh[verdict.row]', ''],
  [
    'records that are delivered again enter the sums',
    'store_suspects_v2',
    '(where verdict.same and fresh[verdict.row])',
    '(where verdict.same)',
  ],
  ['of two records with one id the last one wins', 'insert_new_clicks_v2', 'order by 1, 2', 'order by 1, 2 desc'],
  [
    'the first one of a batch is found wrong',
    'store_suspects_v2',
    'partition by batch.id order by batch.row',
    'partition by batch.id order by batch.row desc',
  ],
  [
    'a dead letter is revived when it is delivered again',
    'apply_batch_v2',
    `where "offset" >= positions[rows.slice] or not exists`,
    'where true or not exists',
  ],
  ['a gap is not seen', 'apply_batch_v2', 'if first_offsets[n] > reached then', 'if false then'],
  [
    'plain events that the ledger has passed are counted',
    'apply_batch_v2',
    'if plain_from[n] < positions[n] then',
    'if false then',
  ],
  [
    'an unknown ad is counted',
    'apply_batch_v2',
    'where not exists (select from public.ads where id = ad offset 0)',
    'where false',
  ],
  [
    'possible repeats are left out of the rollups',
    'apply_batch_v2',
    'delta_impressions := delta_impressions || answer.added_counts',
    'delta_impressions := delta_impressions || array_fill(0, array[coalesce(cardinality(answer.added_counts), 0)])',
  ],
  [
    'an hour begins at the wrong time',
    'fold_rollups_v1',
    `date_bin('1 hour', minute, origin)`,
    `date_bin('1 hour', minute - interval '1 hour', origin)`,
  ],
  ['a delta is folded twice', 'fold_rollups_v1', 'set folded_at = clock_timestamp()', 'set folded_at = null'],
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
    'apply_batch_v2',
    'not exists (select from dead_letters as dead where dead.event_id = rows.id and dead.type = types[rows.slice])',
    'true',
  ],
  [
    'a delta is marked and not folded',
    'fold_rollups_v1',
    'select array_agg(ad), array_agg',
    `update rollup_deltas set folded_at = clock_timestamp() where id = (select max(id) from rollup_deltas where folded_at is null);
  select array_agg(ad), array_agg`,
  ],
  [
    'a fold is committed half way',
    'fold_rollups_v1',
    'insert into ad_day_stats',
    'update rollup_deltas set folded_at = clock_timestamp() where id = any (taken); return; insert into ad_day_stats',
  ],
  [
    'a delta is lost between the fold and the reader',
    'fold_rollups_v1',
    'update rollup_deltas set folded_at = clock_timestamp() where id = any (taken)',
    'update rollup_deltas set folded_at = clock_timestamp() where folded_at is null',
  ],
  [
    'an event is given the user agent of another',
    'insert_clicks_v2',
    'nullif(agent_ids[agent], 0)',
    'nullif(agent_ids[1], 0)',
  ],
  [
    'a possible repeat is given the user agent of another',
    'insert_new_impressions_v2',
    'nullif(agent_ids[agent], 0)',
    'nullif(agent_ids[1], 0)',
  ],
  [
    'a user agent that has no number is lost',
    'insert_impressions_v2',
    'case when agent_ids[agent] = 0 then texts[agent] end',
    'null',
  ],
  [
    'the user agent of a conflict is lost',
    'store_suspects_v2',
    'address, texts[agent], playback',
    'address, null, playback',
  ],
  ['user agents are not counted', 'user_agent_ids_v1', 'set entries = entries + made', 'set entries = entries'],
  ['a replay leaves no mark', 'apply_batch_v2', 'set replayed_at = replayed.at', 'set replayed_at = null'],
  [
    'the mark goes back',
    'apply_batch_v2',
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
      const { failed } = await withStores(randomFilter(1), (stores) =>
        fc.check(deliveries({ sql, stores }), { numRuns: 400, endOnFailure: true, seed: 20_260_707 }),
      )
      expect(failed).toBe(true)
    } finally {
      await sql.unsafe(row.definition)
    }
  },
  120_000,
)
