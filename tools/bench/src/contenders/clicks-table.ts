import { withSql, type DatabaseServer } from '../processes/database.ts'

export interface ClicksTable {
  url: string
  /** How many rows there are, and a sum over the text of all: the same for the same rows, in whatever order. */
  contents(): Promise<string>
  empty(): Promise<void>
  drop(): Promise<void>
}

/** What all contenders of the writer that only insert have: clicks with their key and nothing else, in a database of their own. */
export async function clicksTable(server: DatabaseServer, name: string): Promise<ClicksTable> {
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
  return {
    url,
    drop,
    empty: () => withSql(url, async (sql) => void (await sql`truncate clicks`)),
    contents: () =>
      withSql(url, async (sql) => {
        const [row] =
          await sql`select count(*) as rows, coalesce(sum(hashtextextended(clicks::text, 0)), 0) as sum from clicks`
        return `${row?.rows} rows, sum ${row?.sum}`
      }),
  }
}
