import { getTableConfig, PgTable } from 'drizzle-orm/pg-core'
import type { Sql } from 'postgres'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { testDatabase } from '@ads-tracker/local-servers'
import * as tables from '../src/tables.ts'
import { owner } from './stored-events.ts'

let db: Awaited<ReturnType<typeof testDatabase>>
let sql: Sql

beforeAll(async () => {
  db = await testDatabase()
  sql = owner(db.url)
})
afterAll(async () => {
  await sql?.end()
  await db?.drop()
})

const described = Object.values(tables)
  .filter((each) => each instanceof PgTable)
  .map(describeTable)

it.each(described)('$name is in TypeScript what the migrations made', async (table) => {
  expect(table).toEqual(await catalogued(table.name))
})

it('every table is described', async () => {
  const rows = await sql<{ name: string }[]>`
    select relname as name from pg_class where relkind in ('r', 'p') and not relispartition and relnamespace = 'public'::regnamespace`
  expect(rows.map(({ name }) => name).sort()).toEqual(described.map(({ name }) => name).sort())
})

function describeTable(table: PgTable) {
  const { name, columns, primaryKeys } = getTableConfig(table)
  const key = primaryKeys[0]?.columns ?? columns.filter(({ primary }) => primary)
  return {
    name,
    columns: columns
      .map((column) => ({
        name: column.name,
        type: column.getSQLType(),
        notNull: column.notNull,
        hasDefault: column.hasDefault || column.generatedIdentity !== undefined,
      }))
      .sort(byName),
    primaryKey: key.map(({ name }) => name).sort(),
  }
}

async function catalogued(name: string) {
  const columns = await sql`
    select attname as name, format_type(atttypid, atttypmod) as type, attnotnull as "notNull", atthasdef or attidentity <> '' as "hasDefault"
    from pg_attribute where attrelid = ${name}::regclass and attnum > 0 and not attisdropped`
  const key = await sql`
    select attname as name from pg_index join pg_attribute on attrelid = indrelid and attnum = any (indkey)
    where indrelid = ${name}::regclass and indisprimary`
  return {
    name,
    columns: columns
      .map((column) => ({ ...column, name: String(column.name), type: drizzleType(String(column.type)) }))
      .sort(byName),
    primaryKey: key.map(({ name }) => String(name)).sort(),
  }
}

// PostgreSQL puts the precision before the time zone, drizzle after the name: `timestamp (3) with time zone`.
function drizzleType(type: string): string {
  return type.replace('timestamp(3)', 'timestamp (3)')
}

function byName(a: { name: string }, b: { name: string }): number {
  return a.name < b.name ? -1 : 1
}
