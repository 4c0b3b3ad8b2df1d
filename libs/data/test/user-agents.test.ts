import type { Sql } from 'postgres'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type EventType, uuidv7 } from '@ads-tracker/events'
import { testDatabase } from '@ads-tracker/local-servers'
import { type BatchStore, createBatchStore, createDatabase, type Database, readExportPage } from '../src/index.ts'
import { applyBefore } from './apply-before.ts'
import { batchOf, event, topics } from './log.ts'
import { owner } from './stored-events.ts'

const dayMs = 24 * 60 * 60 * 1000
const rare = 'Mozilla/5.0 (X11; "Plan\\9") ä'

let db: Awaited<ReturnType<typeof testDatabase>>
let sql: Sql
let database: Database
let store: BatchStore
let next: Record<string, number>

beforeEach(async () => {
  db = await testDatabase()
  sql = owner(db.url)
  database = createDatabase({ url: db.adsApiUrl })
  store = createBatchStore({ url: db.clickWriterUrl })
  next = {}
  await sql`insert into ads (id, image_url, target_url) values (1, 'https://cdn.test', 'https://shop.test')`
})
afterEach(async () => {
  await Promise.all([sql.end(), database.close(), store.close()])
  await db.drop()
})

const eventOf = (user_agent: string | null, event_id = uuidv7()) => {
  const at = new Date().toISOString()
  return event(1, { event_id, user_agent, occurred_at: at, received_at: at })
}

/** Stores an event for each of these user agents, in one batch. */
async function apply(agents: (string | null)[], { by = store, type = 'click' as EventType, partition = 0 } = {}) {
  const events = agents.map((agent) => eventOf(agent))
  const name = `${type}/${partition}`
  const from = next[name] ?? 0
  next[name] = from + agents.length
  const range = { type, partition, from, to: from + agents.length }
  const outcome = await by.apply(batchOf((_type, _partition, offset) => ({ event: events[offset - from]! }), [range]))
  expect(outcome).toMatchObject({ status: 'applied', partitions: [{ counted: agents.length }] })
  return events
}

/** The user agents of all events of today, by id, as the exports read them. */
async function exported(type: 'clicks' | 'impressions' = 'clicks') {
  const day = new Date(Math.floor(Date.now() / dayMs) * dayMs)
  const pages = await Promise.all(
    [new Date(day.getTime() - dayMs), day].map((day) => readExportPage(database, { type, day, limit: 1000 })),
  )
  return new Map(pages.flat().map(({ event_id, user_agent }) => [event_id, user_agent]))
}

const agentsOf = (events: { event_id: string; user_agent: string | null }[]) =>
  new Map(events.map(({ event_id, user_agent }) => [event_id, user_agent]))
const known = async () =>
  (await sql`select user_agent from user_agents`).map(({ user_agent }) => user_agent as string).sort()
const kept = async () =>
  (await sql`select user_agent from clicks where user_agent is not null`)
    .map(({ user_agent }) => user_agent as string)
    .sort()

describe('a user agent', () => {
  it('is stored once, whatever batches, events and types have it, and each event gives it back', async () => {
    const clicks = [...(await apply(['a', rare, 'a', null, ''])), ...(await apply([rare, 'b', '']))]
    const impressions = await apply(['b', 'a', 'null', null], { type: 'impression' })
    expect(await exported()).toEqual(agentsOf(clicks))
    expect(await exported('impressions')).toEqual(agentsOf(impressions))
    expect(await known()).toEqual(['', rare, 'a', 'b', 'null'].sort())
    expect(await kept()).toEqual([])
    expect(await sql`select entries from user_agent_limit`).toEqual([{ entries: 5 }])
  })

  it('of an event of the version before is in the event, and is given back', async () => {
    const old = [rare, 'a', ''].map((agent) => eventOf(agent))
    await applyBefore(sql, { topic: topics.click, partition: 1, from: 0, events: old })
    const events = [...old, ...(await apply(['a', rare]))]
    expect(await exported()).toEqual(agentsOf(events))
    expect(await kept()).toEqual(['', 'a', rare].sort())
  })

  it('of an event without a day is given back', async () => {
    await sql`update event_places set open_ids = '{}', plain_ids = '{}'`
    const events = [...(await apply(['a', rare, null])), ...(await apply([rare]))]
    expect(await sql`select count(*)::integer from clicks_undated`).toEqual([{ count: 4 }])
    expect(await exported()).toEqual(agentsOf(events))
  })

  it('beyond the most that there may be, or longer than a page of the index takes, stays in its event', async () => {
    await sql`update user_agent_limit set most = 2`
    const long = '~'.repeat(2049)
    const events = [...(await apply(['a', long])), ...(await apply(['d', 'c', 'b', 'a'])), ...(await apply(['c', 'd']))]
    expect(await exported()).toEqual(agentsOf(events))
    expect(await known()).toEqual(['a', 'b'])
    expect(await kept()).toEqual(['c', 'c', 'd', 'd', long])
  })

  it('that another batch is just adding stays in its event: nobody waits', async () => {
    const other = owner(db.url)
    const events = [...(await apply(['a']))]
    await other.begin(async (transaction) => {
      await transaction`select user_agent_ids_v1(array['b'])`
      events.push(...(await apply(['a', 'b'])))
    })
    expect(await known()).toEqual(['a', 'b'])
    events.push(...(await apply(['b'])))
    await other.end()
    expect(await exported()).toEqual(agentsOf(events))
    expect(await kept()).toEqual(['b'])
  })

  it('is stored once by two writers that bring the same ones at the same time, in opposite order', async () => {
    const other = createBatchStore({ url: db.clickWriterUrl })
    const events = []
    for (let round = 0; round < 20; round++) {
      const texts = Array.from({ length: 20 }, (_, n) => `agent ${round}/${n}`)
      const both = [apply(texts), apply(texts.toReversed(), { by: other, partition: 1 })]
      events.push(...(await Promise.all(both)).flat())
    }
    await other.close()
    expect(await exported()).toEqual(agentsOf(events))
    expect(await known()).toHaveLength(400)
  })

  it('of a batch that was not stored is neither there nor counted', async () => {
    const [first] = await apply(['a'])
    const range = { type: 'click' as const, partition: 0, from: 1, to: 2 }
    const unknown = { ...eventOf('b'), ad_id: 9 }
    expect(await store.apply(batchOf(() => ({ event: unknown }), [range]))).toMatchObject({ status: 'unknown_ads' })
    // one that is known, to a writer that takes it for new: the statement fails, and is repeated
    const forgetful = createBatchStore({ url: db.clickWriterUrl, filter: { add: () => false } })
    expect(await forgetful.apply(batchOf(() => ({ event: { ...first!, user_agent: 'c' } }), [range]))).toMatchObject({
      partitions: [{ duplicates: 1 }],
    })
    await forgetful.close()
    expect(await known()).toEqual(['a', 'c'])
    expect(await sql`select entries from user_agent_limit`).toEqual([{ entries: 2 }])
  })

  it('is marked as used once a day', async () => {
    await apply(['a', 'b'])
    await sql`update user_agents set last_used_on = last_used_on - 1`
    const rows = () =>
      sql`select user_agent, (now() at time zone 'UTC')::date - last_used_on as age, xmin::text from user_agents order by 1`
    await apply(['a'])
    const marked = await rows()
    expect(marked).toMatchObject([{ age: 0 }, { age: 1 }])
    await apply(['a', 'c'])
    expect((await rows()).slice(0, 2)).toEqual([...marked])
  })

  it('that cannot be marked, because another does it, stays in its event: the number may be removed', async () => {
    await apply(['a'])
    await sql`update user_agents set last_used_on = last_used_on - 100`
    await sql.begin(async (transaction) => {
      await transaction`select trim_user_agents_v1()`
      await apply(['a'])
    })
    expect(await kept()).toEqual(['a'])
  })

  it('is right after a restore, when its number was given to another before', async () => {
    const events = await apply(['a'])
    const later = await apply(['b', 'c'])
    expect(await known()).toEqual(['a', 'b', 'c'])
    // what a restored database is: everything as it was before the second batch
    await sql`delete from clicks where event_id = any (${later.map(({ event_id }) => event_id)}::text[]::uuid[])`
    await sql`delete from user_agents where user_agent > 'a'`
    await sql`update user_agent_limit set entries = 1`
    await sql`select setval(pg_get_serial_sequence('user_agents', 'id'), (select max(id) from user_agents))`
    await sql`update ledger set next_offset = 1, counted = 1`
    next['click/0'] = 1
    events.push(...(await apply(['c', 'b', 'd'])), ...(await apply(['b', 'c'])))
    expect(await exported()).toEqual(agentsOf(events))
  })
})

describe('the upkeep of user agents', () => {
  const ended = (ago: string) => sql`update sweeps set began_at = now() - ${ago}::interval`
  const usedBefore = (days: number) =>
    sql`update user_agents set last_used_on = (now() at time zone 'UTC')::date - ${days}::integer where user_agent = 'old'`
  beforeEach(async () => {
    await apply(['old', 'new'])
    await ended('1 hour')
    await sql`update event_days set day = day - 100 where day = (select min(day) from event_days)`
  })

  it('removes those to which no event can refer, and a text that comes again is a new one', async () => {
    await usedBefore(200)
    await store.trimUserAgents()
    expect(await known()).toEqual(['new'])
    expect(await sql`select entries from user_agent_limit`).toEqual([{ entries: 1 }])
    await apply(['old'])
    expect(await known()).toEqual(['new', 'old'])
  })

  it('keeps those that an event may have', async () => {
    await usedBefore(159)
    await store.trimUserAgents()
    expect(await known()).toEqual(['new', 'old'])
    // events without a day were not swept for long
    await usedBefore(200)
    await ended('60 days')
    await store.trimUserAgents()
    expect(await known()).toEqual(['new', 'old'])
    // a day was not dropped yet
    await ended('1 hour')
    await sql`update event_days set day = day - 50 where day = (select min(day) from event_days)`
    await store.trimUserAgents()
    expect(await known()).toEqual(['new', 'old'])
  })

  it('removes some thousand in a step', async () => {
    await sql`insert into user_agents (user_agent, last_used_on) select n, '2020-01-01' from generate_series(1, 12000) as n`
    await sql`update user_agent_limit set entries = 12002`
    expect(await sql`select trim_user_agents_v1() as more`).toEqual([{ more: true }])
    expect(await sql`select entries from user_agent_limit`).toEqual([{ entries: 7002 }])
    await store.trimUserAgents()
    expect(await known()).toEqual(['new', 'old'])
  })
})
