import postgres from 'postgres'
import type { Sql } from 'postgres'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { testDatabase } from '@ads-tracker/local-servers'

let db: Awaited<ReturnType<typeof testDatabase>>
let api: Sql
let writer: Sql

beforeAll(async () => {
  db = await testDatabase()
  api = postgres(db.adsApiUrl, { max: 1, onnotice: () => {} })
  writer = postgres(db.clickWriterUrl, { max: 1, onnotice: () => {} })
})
afterAll(async () => {
  await Promise.all([api?.end(), writer?.end()])
  await db?.drop()
})

const events = [
  'clicks',
  'impressions',
  'clicks_high',
  'clicks_undated',
  'event_days',
  'event_places',
  'ad_minute_stats',
  'ad_hour_stats',
  'ad_day_stats',
  'ad_totals',
  'ledger',
  'closed_books',
  'dead_letters',
  'event_conflicts',
  'event_repeats',
  'user_agents',
  'user_agent_limit',
]
const denied = { code: '42501' }

describe('ads_api', () => {
  it.each(events)('cannot write %s', async (table) => {
    await expect(api.unsafe(`delete from ${table}`)).rejects.toMatchObject(denied)
    await expect(api.unsafe(`insert into ${table} default values`)).rejects.toMatchObject(denied)
  })

  it.each([
    [
      'make an API key',
      `insert into api_keys (name, sha256, scopes) values ('x', repeat('0', 64), array['ads:write'])`,
    ],
    ['revoke an API key', 'update api_keys set revoked_at = now()'],
    ['delete an ad', 'delete from ads'],
    ['alter a table', 'alter table ads add column x text'],
    ['drop a table', 'drop table ads'],
    ['make a table', 'create table x ()'],
    ['apply a batch', `select ensure_ledger_v1(array['x'], array[0])`],
    ['maintain partitions', 'select * from maintain_partitions()'],
    ['accept a book', `select accept_ledger_v1('x', 0, 0, 0, true, 'why')`],
    ['rebuild rollups', 'select rebuild_rollups_v1(now(), now())'],
    ['read the bytes of dead letters', 'select value from dead_letters'],
    ['change the retention', 'update retention set raw_days = 8'],
  ])('cannot %s', async (_, statement) => {
    await expect(api.unsafe(statement)).rejects.toMatchObject(denied)
  })

  it('makes and changes ads, under a chosen id too', async () => {
    const [ad] =
      await api`insert into ads (image_url, target_url) values ('https://a.test', 'https://b.test') returning id`
    await api`update ads set archived_at = now() where id = ${ad!.id as number}`
  })
})

describe('click_writer', () => {
  it.each(events)('cannot write %s by itself', async (table) => {
    await expect(writer.unsafe(`delete from ${table}`)).rejects.toMatchObject(denied)
    await expect(writer.unsafe(`insert into ${table} default values`)).rejects.toMatchObject(denied)
  })

  it.each([
    ['change an ad', `update ads set target_url = 'https://evil.test'`],
    ['read API keys', 'select * from api_keys'],
    ['read events', 'select * from clicks'],
    ['alter a table', 'alter table clicks add column x text'],
    ['drop a day', 'drop table clicks_undated'],
    ['make a table', 'create table x ()'],
    ['change the retention', 'update retention set raw_days = 8'],
    ['drop a day by the function that maintenance calls', `select drop_oldest_day(now())`],
    [
      'add to the rollups by the function that a batch calls',
      `select add_rollups_v1(0::smallint, array[1], array[now()], array[1], array[1])`,
    ],
    ['accept a book', `select accept_ledger_v1('x', 0, 0, 0, true, 'why')`],
    ['rebuild rollups', 'select rebuild_rollups_v1(now(), now())'],
  ])('cannot %s', async (_, statement) => {
    await expect(writer.unsafe(statement)).rejects.toMatchObject(denied)
  })

  it('maintains partitions and reads the ledger', async () => {
    await writer`select * from maintain_partitions()`
    await writer`select * from ledger`
  })
})

it("a function with the rights of its owner trusts nobody else's search path", async () => {
  const [row] = await writer<[{ count: number }]>`
    select count(*)::integer from pg_proc where prosecdef and pronamespace = 'public'::regnamespace
    and not coalesce(proconfig, '{}')::text like '%search_path=public, pg_temp%'`
  expect(row.count).toBe(0)
})
