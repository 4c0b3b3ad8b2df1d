import { describe, expect, it } from 'vitest'
import type { SentEvent } from '../src/journal.ts'
import { makeEvent } from '../src/make-event.ts'
import { send } from '../src/send.ts'
import type { System } from '../src/system.ts'
import { until } from '../src/until.ts'
import { random, type Rig, useServers, withSystem } from './rig.ts'

describe('the oracle sees', () => {
  const servers = useServers()

  it('nothing without a bug, then rollups by the clock, an event counted twice, and one inserted without ON CONFLICT', async () => {
    await withSystem(servers(), {}, async (rig) => {
      await (await someLoad(rig, 1000)).stop()
      const healthy = await rig.verdict(20_000)
      expect(healthy.wrong).toEqual([])
      expect(healthy.counts.acknowledged).toBeGreaterThan(50)

      const byTheClock = [
        await change(rig.system, 'clicks', { after: clock }),
        await change(rig.system, 'impressions', { after: clock }),
      ]
      await (await someLoad(rig, 500)).stop()
      const { counts: sums } = await rig.verdict(20_000)
      expect(sums.minutes).toBeGreaterThan(0)
      expect(sums.totals).toBe(0)
      for (const undo of byTheClock) await undo()

      const undo = await change(rig.system, 'clicks', {
        after: 'counts := array(select 2 * count from unnest(counts) as count);',
      })
      await twice(rig)
      expect((await rig.verdict(20_000)).counts.doubled).toBe(1)
      await undo()

      await change(rig.system, 'clicks', {
        before: 'insert into clicks select * from clicks where event_id = any(ids);',
      })
      await twice(rig)
      expect((await rig.verdict(20_000)).counts.deadLetters).toBeGreaterThan(0)
    })
  })

  it('what acks 0 loses when a broker dies', async () => {
    await withSystem(servers(), { variant: { ingest: 'ingest-acks-0' } }, async (rig) => {
      const { kafka } = rig.system.servers
      const load = await someLoad(rig, 300)
      kafka.signal('SIGSTOP')
      await load.acknowledgedAfter(performance.now() + 700, 10_000)
      await kafka.kill()
      await kafka.start()
      const { counts } = await rig.verdict(20_000)
      expect(counts.lost).toBeGreaterThan(0)
    })
  })

  it('what a Kafka commit before the SQL commit loses when the writer dies', async () => {
    await withSystem(servers(), { variant: { writer: 'writer-commits-early' } }, async (rig) => {
      const load = await someLoad(rig, 300)
      await rig.system.sql.begin(async (lock) => {
        await lock`lock table ad_totals in exclusive mode`
        await load.acknowledgedAfter(performance.now() + 1500, 20_000)
        await load.stop()
        // with one record more, the gap would show
        await until('the group is told that all is done', () => isCommitted(rig.system), {
          within: 20_000,
          every: 100,
        })
        await rig.system.writers[0]?.kill()
      })
      const { counts } = await rig.verdict(15_000)
      expect(counts.lost).toBeGreaterThan(0)
      expect(counts.unread).toBeGreaterThan(0)
    })
  })

  it('what fromBeginning false skips: all that came before the group first joined', async () => {
    await withSystem(servers(), { start: false, variant: { writer: 'writer-from-end' } }, async (rig) => {
      await someLoad(rig, 300)
      await rig.system.writers[0]?.start()
      await rig.system.writers[0]?.answers('/readyz')
      const { counts } = await rig.verdict(4000)
      expect(counts.lost).toBeGreaterThan(0)
    })
  })

  it('what an idempotent producer of kafkajs loses when answers get lost', async () => {
    const variant = { ingest: 'ingest-idempotent' }
    await withSystem(servers(), { variant, proxied: { kafka: true } }, async (rig) => {
      const { proxy } = rig.system.servers.kafka
      let answers = 0
      // kafkajs gives up after three in a row: a later batch then gets the number of one that is in the log, and is taken for it
      proxy.loseAnswers(() => ((answers += 1) % 10 < 3 ? 'close' : 'pass'))
      for (let clicks = 0; clicks < 60; clicks += 1) {
        await send(rig.system.journal, rig.system.ingests[0]?.url ?? '', [
          { type: 'click', ad_id: 1, event_id: crypto.randomUUID() },
        ])
      }
      proxy.heal()
      const { counts } = await rig.verdict(20_000)
      expect(counts.lost).toBeGreaterThan(0)
    })
  })
})

/** A load that has been acknowledged for so many milliseconds. It goes on. */
async function someLoad(rig: Rig, ms: number) {
  const load = rig.load()
  await load.acknowledgedAfter(performance.now() + ms, 20_000)
  return load
}

async function twice({ system }: Rig): Promise<void> {
  const event: SentEvent = { ...makeEvent(random), type: 'click', event_id: crypto.randomUUID() }
  const before = await system.position()
  for (const times of [1n, 2n]) {
    await send(system.journal, system.ingests[0]?.url ?? '', [event])
    await until('it is read', async () => (await system.position()) >= before + times, { within: 10_000 })
  }
}

// All of a batch is counted in the minute in which it is stored.
const clock = `
  select coalesce(array_agg(ad), '{}'), coalesce(array_agg(date_bin('1 minute', now(), '2000-01-01 00:00:00+00')), '{}'), coalesce(array_agg(count), '{}')
  into minute_ads, minutes, counts
  from (select ad, sum(count)::bigint as count from unnest(minute_ads, counts) as each (ad, count) group by ad) as sums;`

/**
 * In this database alone, the function that stores `events` runs these statements before and after its own; its parameters and
 * results are their variables. Resolves with how to undo that.
 */
async function change({ sql }: System, events: 'clicks' | 'impressions', { before = '', after = '' }) {
  const [name, original] = [`store_${events}_v1`, `store_${events}_original`]
  const [found] = await sql<{ source: string; parameters: string; inputs: string[]; results: string[] }[]>`
    select pg_get_functiondef(oid) as source, pg_get_function_arguments(oid) as parameters,
           proargnames[:pronargs] as inputs, proargnames[pronargs + 1:] as results
    from pg_proc where proname = ${name}`
  if (!found) throw new Error(`the database has no function ${name}`)
  const { source, parameters, inputs, results } = found
  await sql.unsafe(source.replace(name, original))
  await sql.unsafe(`create or replace function ${name}(${parameters}) language plpgsql as $wrapped$
    begin
      ${before}
      select * into ${results.join(', ')} from ${original}(${inputs.join(', ')});
      ${after}
    end $wrapped$`)
  return () => sql.unsafe(source)
}

async function isCommitted({ broker, prefix }: System): Promise<boolean> {
  const [groups, ends] = await Promise.all([broker.committed(`${prefix}click-writer`), broker.ends()])
  const committed = groups.flatMap(({ topic, partitions }) =>
    partitions.map(({ partition, offset }) => ({ topic, partition, offset: BigInt(offset) })),
  )
  return ends.every(
    ({ topic, partition, high }) =>
      high === 0n ||
      committed.some((each) => each.topic === topic && each.partition === partition && each.offset === high),
  )
}
