import postgres, { type Sql } from 'postgres'
import { testTopics, type TestTopics } from '@ads-tracker/local-servers'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { useDatabase } from './support.ts'

const used = useDatabase()
let kafka: TestTopics
let sql: Sql
let topic: string

beforeAll(async () => {
  kafka = await testTopics()
  sql = postgres(used.db.url, { max: 1, onnotice: () => {} })
  topic = kafka.topics.click
})
afterAll(async () => {
  await sql?.end()
  await kafka?.remove()
})
beforeEach(async () => {
  await sql`delete from ledger`
  await sql`delete from ad_totals`
})

const ledger = (...args: string[]) => used.run(['ledger', ...args], { KAFKA_BROKERS: kafka.brokers })

describe('npm run ledger', () => {
  it('prints books that balance', async () => {
    await sql`insert into ledger (topic, partition, next_offset, counted, duplicates) values (${topic}, 0, 5, 4, 1)`
    await sql`insert into ad_totals values (1, 0, 3, 1)`
    const { code, stdout } = await ledger()
    expect(stdout).toContain('the ledger balances')
    expect(stdout).toMatch(new RegExp(`${topic} +0 +0 +5 +4 +1 +0 +0 +0 +never read +0`))
    expect(code).toBe(0)
  })

  it('exits with 1 when totals and books differ', async () => {
    await sql`insert into ad_totals values (1, 0, 2, 0)`
    const { code, stdout } = await ledger()
    expect(stdout).toContain('totals 2, counted and recovered 0: off by 2')
    expect(code).toBe(1)
  })

  it('has nothing to accept while the log continues the book', async () => {
    await sql`insert into ledger (topic, partition) values (${topic}, 0)`
    const { code, stderr } = await ledger('accept', topic, '0', '--reason', 'just so')
    expect(stderr).toContain('continues the ledger at 0')
    expect(code).toBe(1)
  })

  it('accepts a log that is not the one that was read before, and keeps why', async () => {
    await sql`insert into ledger (topic, partition, next_offset, counted) values (${topic}, 1, 7, 7)`
    await sql`insert into ad_totals values (1, 0, 7, 0)`
    const { code, stdout } = await ledger('accept', topic, '1', '--reason', 'the disk was lost')
    expect(stdout).toContain(`closed the ledger of ${topic}/1 at 7: the topic was recreated`)
    expect(code).toBe(0)
    expect(await sql`select cause, reason, counted, reopened_at from closed_books where partition = 1`).toEqual([
      { cause: 'recreated', reason: 'the disk was lost', counted: '7', reopened_at: '0' },
    ])
    expect((await ledger()).code).toBe(0)
  })
})
