import { testDatabase } from '@ads-tracker/local-servers'
import type { Sql } from 'postgres'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { createGroupMembers, type GroupMembers } from '../src/index.ts'
import { owner } from './stored-events.ts'

let db: Awaited<ReturnType<typeof testDatabase>>
let sql: Sql
const opened: GroupMembers[] = []

beforeAll(async () => {
  db = await testDatabase()
  sql = owner(db.url)
})
afterEach(async () => {
  await Promise.all(opened.splice(0).map((members) => members.close()))
  await sql`delete from group_members`
})
afterAll(async () => {
  await sql?.end()
  await db?.drop()
})

async function member(memberId: string, groupId = 'group'): Promise<GroupMembers> {
  const members = createGroupMembers({ url: db.clickWriterUrl, groupId, name: memberId })
  opened.push(members)
  await members.killed()
  await members.joined(memberId)
  return members
}

const seenBy = (members: GroupMembers) => expect.poll(() => members.killed())

it('a member whose process ended is known as killed, until it is said to have left', async () => {
  const [one, other] = [await member('one'), await member('other')]
  await other.close()
  await seenBy(one).toEqual(['other'])
  await one.left(['other'])
  expect(await one.killed()).toEqual([])
})

it('members that run are not, nor those of another group', async () => {
  const [one, other, foreign] = [await member('one'), await member('other'), await member('foreign', 'another group')]
  const gone = await member('gone')
  await foreign.close()
  await gone.close()
  await seenBy(one).toEqual(['gone'])
  expect(await other.killed()).toEqual(['gone'])
})

it('a member whose connection was lost holds its place again with the next call', async () => {
  const [one, other] = [await member('one'), await member('other')]
  await sql`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'other' and datname = current_database()`
  await seenBy(one).toEqual(['other'])
  await expect.poll(() => other.killed().catch(() => 'retrying')).toEqual([])
  await seenBy(one).toEqual([])
})

it('a member that joins again under another id is known by that one only', async () => {
  const [one, other] = [await member('one'), await member('other')]
  await other.joined('other again')
  await other.close()
  await seenBy(one).toEqual(['other again'])
})
