import { describe, expect, it } from 'vitest'
import type { SentEvent } from '../src/journal.ts'
import { makeEvent } from '../src/make-event.ts'
import { send } from '../src/send.ts'
import type { System } from '../src/system.ts'
import { until } from '../src/until.ts'
import { random, type Rig, useServers, withSystem } from './rig.ts'

/** Triggers that do to the rows of the system what a wrong statement of its functions would do, and what the oracle then counts. */
const bugs: { what: string; trigger: string; body: string; seen: 'minutes' | 'doubled' | 'days' | 'totals' }[] = [
  {
    what: 'a rollup from now() instead of the time of the event',
    trigger: 'before insert on rollup_deltas',
    body: 'new.minutes := array_fill(floor(extract(epoch from now()) / 60)::integer, array[new.entries]); return new;',
    seen: 'minutes',
  },
  {
    what: 'a delta folded twice',
    trigger: 'before update on rollup_deltas',
    body: 'new.folded_at := null; return new;',
    seen: 'doubled',
  },
  {
    what: 'a delta lost between fold and reader',
    trigger: 'before insert on rollup_deltas',
    body: 'new.folded_at := clock_timestamp(); return new;',
    seen: 'totals',
  },
  {
    what: 'a fold that ends before it comes to the days',
    trigger: 'before insert on ad_day_stats',
    body: 'return null;',
    seen: 'days',
  },
]
const withoutOnConflict = {
  trigger: 'before insert on clicks',
  body: `if exists (select from clicks where event_id = new.event_id) then
      raise exception 'there is no ON CONFLICT' using errcode = 'unique_violation';
    end if;
    return new;`,
}

describe('the oracle sees', () => {
  const servers = useServers()

  it('nothing without a bug, then each thing that a fold can do wrong, and an event inserted without ON CONFLICT', async () => {
    await withSystem(servers(), {}, async (rig) => {
      await (await someLoad(rig, 1000)).stop()
      const healthy = await rig.verdict(20_000)
      expect(healthy.wrong).toEqual([])
      expect(healthy.counts.acknowledged).toBeGreaterThan(50)

      for (const bug of bugs) {
        const undo = await seed(rig.system, bug)
        await (await someLoad(rig, 500)).stop()
        const { counts } = await rig.verdict(20_000)
        expect([bug.what, counts[bug.seen] > 0]).toEqual([bug.what, true])
        if (bug.seen === 'minutes') expect(counts.totals).toBe(0)
        await undo()
        await rebuilt(rig)
      }

      await seed(rig.system, withoutOnConflict)
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
        const isTold = () => isCommitted(rig.system)
        await until('the group is told that all is done', isTold, { within: 20_000, every: 100 })
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
        const event: SentEvent = { type: 'click', ad_id: 1, event_id: crypto.randomUUID() }
        await send(rig.system.journal, rig.system.ingests[0]?.url ?? '', [event])
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

/** Repairs what a bug did to the rollups. */
async function rebuilt({ system: { sql } }: Rig): Promise<void> {
  // all raw events are there, however old they say that they are
  await sql`update retention set minutes_removed_before = null, hours_removed_before = null`
  await sql`select rebuild_rollups_v1('2000-01-01Z', '2100-01-01Z')`
}

async function twice({ system }: Rig): Promise<void> {
  const event: SentEvent = { ...makeEvent(random), type: 'click', event_id: crypto.randomUUID() }
  const before = await system.position()
  for (const times of [1, 2]) {
    await send(system.journal, system.ingests[0]?.url ?? '', [event])
    await until('it is read', async () => (await system.position()) >= before + times, { within: 10_000 })
  }
}

/** Adds the trigger of a bug to this database alone; resolves with how to remove it. */
async function seed(
  { sql }: System,
  { trigger, body }: { trigger: string; body: string },
): Promise<() => Promise<unknown>> {
  await sql
    .unsafe(
      `create function chaos.bug() returns trigger language plpgsql as $$ begin ${body} end $$;
       create trigger bug ${trigger} for each row execute function chaos.bug();`,
    )
    .simple()
  return () => sql`drop function chaos.bug cascade`
}

async function isCommitted({ broker, prefix }: System): Promise<boolean> {
  const [groups, ends] = await Promise.all([broker.committed(`${prefix}click-writer`), broker.ends()])
  const committed = new Map(
    groups.flatMap(({ topic, partitions }): [string, bigint][] =>
      partitions.map(({ partition, offset }) => [`${topic}/${partition}`, BigInt(offset)]),
    ),
  )
  return ends.every(({ name, high }) => high === 0n || committed.get(name) === high)
}
