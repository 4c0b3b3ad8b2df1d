import { describe, expect, it } from 'vitest'
import type { SentEvent } from '../src/journal.ts'
import { makeEvent } from '../src/make-event.ts'
import { send } from '../src/send.ts'
import type { System } from '../src/system.ts'
import { until } from '../src/until.ts'
import { random, type Rig, useServers, withSystem } from './rig.ts'

const foldBugs: [what: string, find: string, replace: string, seen: 'doubled' | 'days' | 'totals'][] = [
  ['a delta folded twice', 'set folded_at = clock_timestamp()', 'set folded_at = null', 'doubled'],
  [
    'a delta lost between fold and reader',
    'from rollup_deltas where id = any (taken)',
    'from rollup_deltas where id = any (taken[2:])',
    'totals',
  ],
  [
    'a fold that is kept half way',
    'insert into ad_day_stats as known',
    'update rollup_deltas set folded_at = clock_timestamp() where id = any (taken); return; insert into ad_day_stats as known',
    'days',
  ],
]

describe('the oracle sees', () => {
  const servers = useServers()

  it('nothing without a bug, then each thing that a fold can do wrong, and an event inserted without ON CONFLICT', async () => {
    await withSystem(servers(), {}, async (rig) => {
      await (await someLoad(rig, 1000)).stop()
      const healthy = await rig.verdict(20_000)
      expect(healthy.wrong).toEqual([])
      expect(healthy.counts.acknowledged).toBeGreaterThan(50)

      const undoClock = await change(
        rig.system,
        'fold_rollups_v1',
        'unnest(minutes) as minute',
        'floor(extract(epoch from now()) / 60)::integer as minute',
      )
      await (await someLoad(rig, 500)).stop()
      const { counts: sums } = await rig.verdict(20_000)
      expect(sums.minutes).toBeGreaterThan(0)
      expect(sums.totals).toBe(0)
      await undoClock()
      await rebuilt(rig)

      for (const [what, find, replace, seen] of foldBugs) {
        const undo = await change(rig.system, 'fold_rollups_v1', find, replace)
        await (await someLoad(rig, 300)).stop()
        const { counts } = await rig.verdict(20_000)
        expect([what, counts[seen] > 0]).toEqual([what, true])
        await undo()
        await rebuilt(rig)
      }

      const known = 'not exists (select from all_clicks as known where known.event_id = rows.id offset 0))\n  '
      await change(rig.system, 'insert_new_clicks_v2', `${known}on conflict (event_id) do nothing`, known)
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
        await lock`lock table rollup_deltas in exclusive mode`
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

/** Mends what a bug did to the rollups. */
async function rebuilt({ system: { sql } }: Rig): Promise<void> {
  // all raw events are there, however old they say that they are
  await sql`update retention set minutes_removed_before = null, hours_removed_before = null`
  await sql`select rebuild_rollups_v1('2000-01-01Z', '2100-01-01Z')`
}

async function twice({ system }: Rig): Promise<void> {
  const event: SentEvent = { ...makeEvent(random), type: 'click', event_id: crypto.randomUUID() }
  const before = await system.position()
  for (const times of [1n, 2n]) {
    await send(system.journal, system.ingests[0]?.url ?? '', [event])
    await until('it is read', async () => (await system.position()) >= before + times, { within: 10_000 })
  }
}

/** Changes the source of a function in this database alone; resolves with how to undo that. */
async function change({ sql }: System, name: string, find: string, replace: string): Promise<() => Promise<unknown>> {
  const [row] = await sql<
    { source: string }[]
  >`select pg_get_functiondef(oid) as source from pg_proc where proname = ${name}`
  const source = row?.source ?? ''
  const parts = source.split(find)
  if (parts.length !== 2) throw new Error(`${name} has ${parts.length - 1} times: ${find}`)
  await sql.unsafe(parts.join(replace))
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
