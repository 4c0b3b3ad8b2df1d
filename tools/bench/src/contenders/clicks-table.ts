import { withSql, type DatabaseServer } from '../processes/database.ts'

export interface ClicksTable {
  url: string
  /** How many rows there are, and a sum over the text of all: the same for the same rows, in whatever order. */
  contents(): Promise<string>
  /** How many rows of the rollups differ from the counts of the clicks. */
  differences(): Promise<number>
  empty(): Promise<void>
  drop(): Promise<void>
}

/** What the contenders of the writer have, in a database of their own: clicks with their key and nothing else, or with rollups too. */
export async function clicksTable(server: DatabaseServer, name: string, withRollups = false): Promise<ClicksTable> {
  const url = Object.assign(new URL(server.url), { pathname: `/${name}` }).href
  const drop = () =>
    withSql(server.url, async (sql) => void (await sql`drop database if exists ${sql(name)} with (force)`))
  await drop()
  await withSql(server.url, (sql) => sql`create database ${sql(name)}`)
  await withSql(
    url,
    (sql) => sql`
    create table clicks (event_id uuid primary key, ad_id integer not null, occurred_at timestamptz(3) not null, received_at timestamptz(3) not null,
      ip inet, user_agent text, playback_time double precision)`,
  )
  if (withRollups) await withSql(url, (sql) => sql.unsafe(rollupsByTriggers))
  const tables = ['clicks', ...(withRollups ? rollups.map(({ table }) => table) : [])].join()
  return {
    url,
    drop,
    empty: () => withSql(url, async (sql) => void (await sql.unsafe(`truncate ${tables}`))),
    differences: () => withSql(url, async (sql) => (withRollups ? (await sql.unsafe(differences)).length : 0)),
    contents: () =>
      withSql(url, async (sql) => {
        const [row] =
          await sql`select count(*) as rows, coalesce(sum(hashtextextended(clicks::text, 0)), 0) as sum from clicks`
        return `${row?.rows} rows, sum ${row?.sum}`
      }),
  }
}

const rollups = Object.entries({
  clicks_by_minute: "date_trunc('minute', occurred_at, 'UTC')",
  clicks_by_hour: "date_trunc('hour', occurred_at, 'UTC')",
  clicks_by_day: "date_trunc('day', occurred_at, 'UTC')",
  clicks_in_total: "'-infinity'::timestamptz",
}).map(([table, at]) => ({ table, counts: `select ${at} as at, ad_id, count(*) as clicks from` }))

// Of an upsert only the rows that it inserted are in the table of the trigger. Sorted, so that two tasks do not deadlock.
const rollupsByTriggers = `
  ${rollups.map(({ table }) => `create table ${table} (at timestamptz, ad_id integer, clicks bigint not null, primary key (at, ad_id));`).join('\n')}
  create function roll_up() returns trigger language plpgsql as $$ begin
    ${rollups
      .map(
        ({ table, counts }) => `insert into ${table} as stored ${counts} inserted group by 1, 2 order by 1, 2
          on conflict (at, ad_id) do update set clicks = stored.clicks + excluded.clicks;`,
      )
      .join('\n')}
    return null;
  end $$;
  create trigger roll_up after insert on clicks referencing new table as inserted for each statement execute function roll_up()`

const differences = rollups
  .map(
    ({
      table,
      counts,
    }) => `select ad_id from ${table} full join (${counts} clicks group by 1, 2) as counted using (at, ad_id)
      where ${table}.clicks is distinct from counted.clicks`,
  )
  .join(' union all ')
