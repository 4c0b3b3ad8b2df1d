import postgres from 'postgres'
import { arrayOf, quoted } from './array-literal.ts'
import type { Tls } from './database.ts'
import { withDeadline } from './deadline.ts'

interface GroupMembersOptions {
  url: string
  ssl?: Tls
  name?: string
  groupId: string
}

export interface GroupMembers {
  /** Notes under which id the group knows this process. */
  joined(memberId: string): Promise<void>
  /** Members of the group whose process ended without leaving. The first call only shows that this process runs. */
  killed(): Promise<string[]>
  /** Forgets members that are no longer in the group. */
  left(memberIds: string[]): Promise<void>
  /** Ends the connection: from now on this process counts as ended. */
  close(): Promise<void>
}

const deadlineMs = 5_000

/** One connection, which holds an advisory lock for as long as the process runs: a killed process loses it at once. */
export function createGroupMembers(options: GroupMembersOptions): GroupMembers {
  const { groupId } = options
  let id: number | undefined
  let holds = false
  let sql = connect()

  return { joined, killed, left, close: () => sql.end({ timeout: 0 }) }

  async function joined(memberId: string): Promise<void> {
    const mine = await hold()
    await run('select join_group_v1($1::integer, $2::text, $3::text)', [mine, groupId, memberId])
  }

  async function killed(): Promise<string[]> {
    if (!holds) {
      await hold()
      return []
    }
    const rows = await run<{ member: string }>('select killed_members_v1($1::text, $2::integer) as member', [
      groupId,
      id ?? 0,
    ])
    return rows.map(({ member }) => member)
  }

  async function left(memberIds: string[]): Promise<void> {
    await run('select leave_group_v1($1::text::text[])', [arrayOf(memberIds.map(quoted))])
  }

  // The lock belongs to the connection: a new one has to take it again.
  async function hold(): Promise<number> {
    if (holds && id !== undefined) return id
    const [row] = await run<{ id: number | null }>('select hold_membership_v1($1::integer) as id', [id ?? null])
    if (typeof row?.id !== 'number') throw new Error(`another connection has the lock of group member ${id}: retrying`)
    holds = true
    return (id = row.id)
  }

  async function run<T>(statement: string, parameters: (string | number | null)[]): Promise<T[]> {
    const used = sql
    return (await withDeadline(used.unsafe(statement, parameters), deadlineMs, reconnect)) as unknown as T[]

    function reconnect(): void {
      if (sql === used) sql = connect()
      void used.end({ timeout: 0 })
    }
  }

  function connect() {
    const client = postgres(options.url, {
      max: 1,
      // the driver would replace the connection after a while, and the lock would be lost
      max_lifetime: null,
      ssl: options.ssl,
      connect_timeout: 5,
      backoff: () => 0.1,
      onnotice: () => {},
      fetch_types: false,
      onclose: () => {
        if (sql === client) holds = false
      },
      connection: { application_name: options.name ?? 'click-writer', statement_timeout: deadlineMs - 1000 },
    })
    holds = false
    return client
  }
}
