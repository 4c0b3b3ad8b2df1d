import { acceptLedger, createAd, findReceipt, getDeadLetter, listDeadLetters, readLedger } from '@ads-tracker/data'
import { encodeEvent, uuidv7 } from '@ads-tracker/events'
import { entry, runSource, startApp, testDatabase, testTopics } from '@ads-tracker/local-servers'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { anEvent } from './records.ts'
import { writerSystem } from './writer-system.ts'

describe('click-writer on a real Kafka and PostgreSQL', () => {
  it('counts each event once, also those that were published before it first ran, and knows repeats from conflicts', async () => {
    const system = await writerSystem()
    const clicks = await system.publish('click', 200)
    await system.publish('impression', 300)
    await system.startWriter()
    await system.settled()
    const [first, second] = clicks as [(typeof clicks)[0], (typeof clicks)[0]]
    await system.publishRaw(
      'click',
      first.event_id,
      encodeEvent({ ...first, received_at: new Date(Date.now() + 50).toISOString() }),
    )
    await system.publishRaw('click', second.event_id, encodeEvent({ ...second, ad_id: 2 }))
    await system.settled()

    expect(await system.stats(1)).toEqual({ clicks: 200, impressions: 300 })
    expect(await system.stats(2)).toEqual({ clicks: 0, impressions: 0 })
    const { receipts } = await findReceipt(system.database, first.event_id)
    expect(receipts).toEqual([{ type: 'click', status: 'counted', ad_id: 1, duplicates: 1, conflicts: 0 }])
    expect((await findReceipt(system.database, second.event_id)).receipts[0]).toMatchObject({
      duplicates: 0,
      conflicts: 1,
    })
    await system.expectBalance()
  })

  it('moves a record that cannot be decoded to dead letters, with its bytes, headers and reason, and stores its neighbours', async () => {
    const system = await writerSystem()
    const writer = await system.startWriter()
    const poison = {
      undecodable: ['{', Buffer.from([0xff, 0xfe]), ''],
      schema_invalid: [
        JSON.stringify({ ...anEvent(), ad_id: 2 ** 31 }),
        JSON.stringify({ ...anEvent(), user_agent: 'a\0b' }),
        '[]',
        'x'.repeat(0) + '{}',
      ],
      unknown_ad: [encodeEvent(anEvent({ ad_id: 4711 }))],
    }
    await system.publish('click', 50)
    for (const [reason, values] of Object.entries(poison))
      for (const value of values) await system.publishRaw('click', reason, value)
    await system.publish('click', 50)
    await system.settled()

    expect(await system.stats()).toEqual({ clicks: 100, impressions: 0 })
    const letters = await listDeadLetters(system.database, {}, { limit: 100 })
    const counts = Object.groupBy(letters, ({ reason }) => reason)
    expect(Object.fromEntries(Object.entries(counts).map(([reason, list]) => [reason, list.length]))).toEqual({
      undecodable: 3,
      schema_invalid: 4,
      unknown_ad: 1,
    })
    const unknown = counts.unknown_ad?.[0]
    expect(unknown).toMatchObject({
      detail: 'ad 4711 does not exist',
      headers: { 'request-id': 'request-of-unknown_ad' },
    })
    expect((await getDeadLetter(system.database, unknown!))?.value?.toString()).toBe(poison.unknown_ad[0])
    expect(writer.output()).toContain('"reqId":"request-of-unknown_ad"')
    await system.expectBalance()
  })

  it('loses and doubles nothing when it is killed in the middle, again and again', async () => {
    const system = await writerSystem()
    const published = []
    for (let round = 0; round < 2; round++) {
      const writer = await system.startWriter({ BATCH_MAX_EVENTS: '50' })
      published.push(...(await system.publish('click', 500)))
      await vi.waitFor(async () => expect((await system.stats()).clicks).toBeGreaterThan(round * 500), {
        timeout: 20_000,
        interval: 5,
      })
      await writer.kill()
    }
    await system.startWriter()
    await system.settled()
    expect((await system.stats()).clicks).toBe(published.length)
    await system.expectBalance()
  })

  it('hands its partitions over at once when it is asked to stop', async () => {
    const system = await writerSystem()
    const [first] = await Promise.all([system.startWriter(), system.startWriter()])
    await system.publish('click', 100)
    await system.settled()
    expect(await first.stop()).toBe(0)
    const began = performance.now()
    await system.publish('click', 100)
    await system.settled()
    // kafkajs has no static membership: a member that does not leave is missed only after its session of 10 s
    expect(performance.now() - began).toBeLessThan(8000)
    expect((await system.stats()).clicks).toBe(200)
  })

  it('moves the complete-through mark while it works, and leaves it where it is when it is dead', async () => {
    const system = await writerSystem()
    const writer = await system.startWriter()
    const mark = async () => (await readLedger(system.database)).completeThrough?.getTime() ?? 0
    const before = Date.now()
    await vi.waitFor(async () => expect(await mark()).toBeGreaterThan(before), { timeout: 15_000 })
    await writer.kill()
    const last = await mark()
    await system.publish('click', 1)
    expect(await mark()).toBe(last)
    await system.startWriter()
    await vi.waitFor(async () => expect(await mark()).toBeGreaterThan(last), { timeout: 15_000 })
    await system.settled()
  })
})

describe('a log that is not the one that was read before', () => {
  it('holds a partition whose log begins after its book, says so, and goes on when the gap is accepted', async () => {
    const system = await writerSystem()
    const topic = system.topics.click
    await system.publish('click', 60)
    const { partition, high: lost } = (await system.admin.offsets(topic)).sort((a, b) =>
      Number(b.high - a.high),
    )[0] as { partition: number; high: bigint }
    await system.admin.deleteRecords(topic, [{ partition, offset: lost }])
    const writer = await system.startWriter()
    // each flush goes to another partition: until the one that lost its records has new ones
    await vi.waitFor(
      async () => {
        await system.publish('click', 1)
        expect(await ledgerState(writer)).toContain(`${topic}/${partition}`)
      },
      { timeout: 20_000, interval: 200 },
    )
    const bookOf = async () =>
      (await readLedger(system.database)).rows.find((row) => row.topic === topic && row.partition === partition)
    expect((await bookOf())?.nextOffset).toBe(0n)

    const end = (await system.admin.offsets(topic)).find((each) => each.partition === partition)?.high ?? 0n
    await acceptLedger(system.database, { topic, partition, reason: 'test', begin: lost, end })
    await vi.waitFor(async () => expect((await bookOf())?.nextOffset).toBe(end), { timeout: 20_000 })
    expect(await ledgerState(writer)).toBe('up')
    await system.settled()
    await system.expectBalance()
  })

  it('reads again what a database restored from a backup has lost', async () => {
    const system = await writerSystem()
    const writer = await system.startWriter()
    await system.publish('click', 80)
    await system.settled()
    await writer.stop()
    const backup = await system.restoreEmpty()
    await backup.startWriter()
    await backup.settled()
    expect((await backup.stats()).clicks).toBe(80)
    await backup.expectBalance()
  })
})

describe('another log under the same name', () => {
  it('is read from its beginning, also when it is longer than what was read before, and the metrics say so', async () => {
    const log = await testTopics({ partitions: 1 })
    onTestFinished(log.remove)
    const system = await writerSystem(log)
    const before = await system.startWriter()
    await system.publish('click', 20)
    await system.settled()
    await before.kill()
    const topic = log.topics.click
    await system.admin.remove([topic])
    await vi.waitFor(() => system.admin.create([{ topic, numPartitions: 1, replicationFactor: 1 }]), {
      timeout: 20_000,
      interval: 200,
    })
    // the same each time: an attempt whose outcome was unknown may have been stored
    const first = anEvent()
    await vi.waitFor(() => system.publishRaw('click', first.event_id, encodeEvent(first)), { timeout: 20_000 })
    await system.publish('click', 49)

    const writer = await system.startWriter()
    await vi.waitFor(async () => expect((await system.stats()).clicks).toBe(70), { timeout: 25_000, interval: 50 })
    await system.expectBalance()
    const metrics = await (await fetch(`${writer.url}/metrics`)).text()
    // 19 where the first one was stored twice
    expect(metrics).toMatch(/^writer_events_total\{type="click",result="recovered"\} (19|20)$/m)
  })
})

describe('what was dead', () => {
  it('is counted once when its ad exists and it is sent again, twice', async () => {
    const system = await writerSystem()
    await system.startWriter()
    const lost = await system.publish('click', 5, { ad_id: 77 })
    await system.settled()
    const letters = await listDeadLetters(system.database, { pending: true }, { limit: 10 })
    expect(letters.length).toBe(5)
    await createAd(system.database, { id: 77, image_url: 'https://example.com/i', target_url: 'https://example.com/' })
    for (let round = 0; round < 2; round++) {
      for (const letter of letters) {
        const headers = { 'replay-of': `${letter.topic}/${letter.partition}/${letter.offset}` }
        await system.publishRaw('click', letter.eventId as string, letter.value as Buffer, headers)
      }
    }
    await system.settled()
    expect(await system.stats(77)).toEqual({ clicks: 5, impressions: 0 })
    expect(await listDeadLetters(system.database, { pending: true }, { limit: 10 })).toEqual([])
    expect((await findReceipt(system.database, lost[0]?.event_id ?? '')).receipts).toMatchObject([
      { status: 'counted' },
    ])
    await system.expectBalance()
  })
})

describe('partition maintenance', () => {
  it.each([
    ['fails', "raise exception 'no upkeep today'"],
    ['takes longer than its deadline', 'perform pg_sleep(60)'],
  ])('keeps no event from being stored when it %s, and the metrics say that it is not done', async (_what, body) => {
    const system = await writerSystem()
    await system.change(`
      create or replace function maintain_partitions(out days_ahead integer, out raw_days integer, out more boolean, out blocked boolean)
      language plpgsql as $$ begin ${body}; end $$`)
    await system.publish('click', 20)
    const writer = await system.startWriter()
    await system.settled()
    expect(await system.stats()).toEqual({ clicks: 20, impressions: 0 })
    await vi.waitFor(() => expect(writer.output()).toContain('partition maintenance failed'), { timeout: 15_000 })
    const age = async () =>
      Number(/^writer_upkeep_age_seconds (.+)$/m.exec(await (await fetch(`${writer.url}/metrics`)).text())?.[1])
    const before = await age()
    await vi.waitFor(async () => expect(await age()).toBeGreaterThan(before), { timeout: 15_000 })
  })
})

describe('readiness', () => {
  const readyOf = async (writer: { url: string }) => {
    const answer = await fetch(`${writer.url}/readyz`)
    const { dependencies } = (await answer.json()) as { dependencies: Record<string, string> }
    return { status: answer.status, postgres: dependencies.postgres }
  }

  it('does not wait for the ledger audit, however long that takes', async () => {
    const system = await writerSystem()
    const writer = await system.startWriter()
    let locked = true
    // longer than the pause between two audits
    const holder = system
      .change('lock table dead_letters in access exclusive mode; select pg_sleep(8)')
      .finally(() => (locked = false))
    const states = new Set<string>()
    while (locked) {
      states.add(JSON.stringify(await readyOf(writer)))
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    await holder
    expect([...states]).toEqual([JSON.stringify({ status: 200, postgres: 'up' })])
  })

  it('says that PostgreSQL is read only while it is, and the writer goes on by itself when it is not any more', async () => {
    const system = await writerSystem()
    const writer = await system.startWriter()
    await system.publish('click', 5)
    await system.settled()
    // in place of a fail-over, which leaves the sessions of the old server as they are
    const makeRoleReadOnly = (state: 'on' | 'off') =>
      system.change(`do $$ begin
        execute format('alter role click_writer in database %I set default_transaction_read_only = ${state}', current_database());
      end $$`)
    await makeRoleReadOnly('on')
    await system.change(
      `select pg_terminate_backend(pid) from pg_stat_activity where usename = 'click_writer' and datname = current_database()`,
    )
    await vi.waitFor(
      async () => expect(await readyOf(writer)).toEqual({ status: 503, postgres: 'PostgreSQL is read only' }),
      { timeout: 20_000 },
    )
    await system.publish('click', 5)
    await vi.waitFor(() => expect(writer.output()).toContain('"code":"25006"'), { timeout: 20_000 })
    await makeRoleReadOnly('off')
    await system.settled()
    expect(await system.stats()).toEqual({ clicks: 10, impressions: 0 })
    await vi.waitFor(async () => expect(await readyOf(writer)).toEqual({ status: 200, postgres: 'up' }), {
      timeout: 25_000,
    })
  })
})

describe('starting', () => {
  it('waits for a database that was never migrated and for topics, and says so', async () => {
    const topics = await testTopics()
    onTestFinished(topics.remove)
    const empty = await testDatabase({ empty: true })
    onTestFinished(empty.drop)
    const writer = await startApp(
      'click-writer',
      { DATABASE_URL: empty.url, KAFKA_BROKERS: topics.brokers, TOPIC_PREFIX: `${uuidv7()}.` },
      { until: '/livez' },
    )
    onTestFinished(() => writer.kill())
    // the first answers may come from connections that are still being made
    await vi.waitFor(async () => {
      const answer = await fetch(`${writer.url}/readyz`)
      expect(answer.status).toBe(503)
      const { dependencies } = (await answer.json()) as { dependencies: Record<string, string> }
      expect(dependencies.postgres).toMatch(/schema version 0 is older than \d+: run the migrate job/)
      expect(dependencies.kafka).toContain('missing: run the topics job')
    }, 20_000)
  })

  it('refuses a bad configuration with 78 and the names of all that is bad', async () => {
    const env = { DATABASE_URL: '', STATEMENTS: '0', PORT: 'secret-port' }
    const { code, stderr } = await runSource(entry('apps/click-writer'), [], env)
    expect(code).toBe(78)
    for (const name of ['DATABASE_URL', 'STATEMENTS', 'PORT']) expect(stderr).toContain(name)
    expect(stderr).not.toContain('secret-port')
  })

  it.each([
    [
      'a password that was not percent-encoded',
      { DATABASE_URL: 'postgres://ads:hunter/2@localhost/ads' },
      'DATABASE_URL',
    ],
    ['brokers without a port', { KAFKA_BROKERS: 'kafka-hunter' }, 'KAFKA_BROKERS'],
    ['a user without a mechanism', { KAFKA_SASL_USERNAME: 'hunter' }, 'KAFKA_SASL_MECHANISM'],
  ])('refuses %s with 78, and does not say what it is', async (_what, env, name) => {
    const { code, stderr } = await runSource(entry('apps/click-writer'), [], {
      DATABASE_URL: 'postgres://a,b/ads',
      ...env,
    })
    expect(code).toBe(78)
    expect(stderr).toMatch(new RegExp(`^ {2}${name}: .+$`, 'm'))
    expect(stderr).not.toContain('hunter')
  })
})

async function ledgerState(writer: { url: string }): Promise<string> {
  const { dependencies } = (await (await fetch(`${writer.url}/readyz`)).json()) as {
    dependencies: Record<string, string>
  }
  return dependencies.ledger ?? ''
}
