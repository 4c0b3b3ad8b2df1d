import { mkdtempSync, chmodSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { createDatabase, readLedger, verifyRollups } from '@ads-tracker/data'
import {
  freePort,
  prepareTemplate,
  removePostgresData,
  startPostgres,
  type TestDatabase,
  testDatabase,
} from '@ads-tracker/local-servers'
import postgres from 'postgres'
import type { Check } from '../result.ts'

export interface DatabaseServer {
  url: string
  pid: number
  /** A migrated database with `ads` ads and nothing else. */
  fresh(ads?: number): Promise<TestDatabase>
  stop(): Promise<void>
}

// The same for every contender: enough memory and log that a checkpoint does not fall into one round and not into the other.
const settings = { max_connections: '100', shared_buffers: '512MB', max_wal_size: '8GB', checkpoint_timeout: '30min' }

/** A PostgreSQL of the benchmark's own, with the durability of production: fsync and synchronous_commit are on. */
export async function startDatabase(say: (text: string) => void): Promise<DatabaseServer> {
  const dir = mkdtempSync(join(tmpdir(), 'ads-tracker-bench-postgres-'))
  chmodSync(dir, 0o711)
  const server = await startPostgres({ dir, port: await freePort(), settings, endsWithParent: true, say })
  process.env.TEST_DATABASE_URL = server.url
  await prepareTemplate(server.url)
  return { url: server.url, pid: server.pid, fresh, stop: () => server.stop().then(() => removePostgresData(dir)) }

  async function fresh(ads = 1000): Promise<TestDatabase> {
    const database = await testDatabase()
    await withSql(
      database.url,
      (sql) => sql`
      insert into ads (id, image_url, target_url)
      select n, 'https://example.com/' || n || '.png', 'https://example.com/' || n from generate_series(1, ${ads}) as n`,
    )
    return database
  }
}

export async function withSql<T>(url: string, work: (sql: postgres.Sql) => Promise<T>): Promise<T> {
  const sql = postgres(url, { max: 1, onnotice: () => {} })
  try {
    return await work(sql)
  } finally {
    await sql.end({ timeout: 5 })
  }
}

/** What is promised: the ledger balances, rollups equal to raw events, and everything stored that was acknowledged. */
export async function checkBooks(
  url: string,
  name: string,
  expected: { stored?: number; read?: number },
): Promise<Check[]> {
  const database = createDatabase({ url, max: 1, statementTimeoutMs: 300_000 })
  try {
    const ledger = await readLedger(database)
    const { differences } = await verifyRollups(database)
    const read = Number(ledger.rows.reduce((sum, row) => sum + row.nextOffset - row.firstOffset, 0n))
    const stored = await withSql(url, async (sql) =>
      Number(
        (await sql`select (select count(*) from all_clicks) + (select count(*) from all_impressions) as stored`)[0]
          ?.stored,
      ),
    )
    const checks: Check[] = [
      {
        name: `${name}: the ledger balances`,
        ok: ledger.imbalance === 0,
        detail: `${read} records read, off by ${ledger.imbalance}`,
      },
      {
        name: `${name}: rollups equal raw events`,
        ok: differences.length === 0 && Number(ledger.totals) === stored,
        detail: `${differences.length} differences, ${ledger.totals} in the totals, ${stored} rows`,
      },
    ]
    if (expected.stored !== undefined)
      checks.push({
        name: `${name}: every event is stored once`,
        ok: stored === expected.stored,
        detail: `${stored} of ${expected.stored}`,
      })
    if (expected.read !== undefined)
      checks.push({
        name: `${name}: every record of the log was read`,
        ok: read === expected.read,
        detail: `${read} of ${expected.read}`,
      })
    return checks
  } finally {
    await database.close()
  }
}

/** Sum of the ledger's offsets: how many records were read so far. */
export async function ledgerPosition(sql: postgres.Sql): Promise<number> {
  return Number((await sql`select coalesce(sum(next_offset - first_offset), 0) as position from ledger`)[0]?.position)
}

/** Waits until the ledger has so many records, and says how many it had then. */
export async function reachPosition(sql: postgres.Sql, wanted: number): Promise<{ position: number; at: number }> {
  for (const deadline = performance.now() + 300_000; performance.now() < deadline; await pause(20)) {
    const position = await ledgerPosition(sql)
    if (position >= wanted) return { position, at: performance.now() }
  }
  throw new Error(`the writer did not reach ${wanted} records in 5 minutes`)
}
