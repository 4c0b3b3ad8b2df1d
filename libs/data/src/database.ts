import { drizzle } from 'drizzle-orm/postgres-js'
import type { PostgresJsDatabase } from 'drizzle-orm/postgres-js'
import postgres from 'postgres'
import type { Sql } from 'postgres'

/** TLS: `true` checks the server's certificate against the system's authorities, `ca` (PEM) against this one. */
export type Tls = boolean | { ca?: string; cert?: string; key?: string; rejectUnauthorized?: boolean }

export interface DatabaseOptions {
  url: string
  /** Connections at most; 10 by default. They are opened when needed. */
  max?: number
  /** application_name, as `pg_stat_activity` shows it. */
  name?: string
  statementTimeoutMs?: number
  /** A connection is replaced after this; after 30 to 60 minutes by default. */
  maxLifetimeSeconds?: number
  ssl?: Tls
}

/** A pool of connections. Opaque on purpose: what can be asked of it are the functions of this library. */
export interface Database {
  /** Resolves when the server answers, rejects with the driver's error when it does not. */
  ping(): Promise<void>
  /** Resolves with true when the server takes no writes: a standby, or one that was made read only. */
  isReadOnly(): Promise<boolean>
  close(): Promise<void>
}

interface Opened extends Database {
  orm: PostgresJsDatabase
  sql: Sql
}

/** Opens a pool; connects with the first query. A lost connection is replaced by the next query. */
export function createDatabase({
  url,
  max = 10,
  name = 'ads-tracker',
  statementTimeoutMs = 10_000,
  maxLifetimeSeconds,
  ssl,
}: DatabaseOptions): Database {
  const sql = postgres(url, {
    max,
    ssl,
    connect_timeout: 5,
    ...(maxLifetimeSeconds && { max_lifetime: maxLifetimeSeconds }),
    // The driver asks for array types on its own account: if the connection is lost meanwhile, the rejection is unhandled.
    fetch_types: false,
    onnotice: () => {},
    connection: { application_name: name, statement_timeout: statementTimeoutMs, TimeZone: 'UTC' },
  })
  // drizzle() replaces the client's parsers of dates and JSON: code that uses `sql` directly gets times as text.
  const opened: Opened = { orm: drizzle(sql), sql, ping, isReadOnly, close }
  return opened

  async function ping(): Promise<void> {
    await sql`select 1`
  }

  async function isReadOnly(): Promise<boolean> {
    const [row] = await sql<[{ state: string }]>`select current_setting('transaction_read_only') as state`
    return row.state === 'on'
  }

  function close(): Promise<void> {
    return sql.end({ timeout: 1 })
  }
}

/** For the functions of this library alone: drizzle, and the client below it (which gives times as text). */
export function opened(database: Database): Opened {
  return database as Opened
}
