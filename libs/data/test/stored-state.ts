import type { Sql } from 'postgres'

/** All that a batch may change, in an order and a form that can be compared. Rollups include what is not folded yet. */
export interface State {
  ledger: unknown[]
  clicks: unknown[]
  impressions: unknown[]
  minutes: unknown[]
  hours: unknown[]
  days: unknown[]
  totals: unknown[]
  deadLetters: unknown[]
  conflicts: unknown[]
  repeats: unknown[]
  /** How far the number of user agents is off. */
  agents: unknown[]
}

const ms = (column: string) => `(extract(epoch from ${column}) * 1000)::bigint`
const event = `${ms('occurred_at')}, ${ms('received_at')}, host(ip), user_agent, playback_time`
const rows = (expression: string, from: string) =>
  `(select coalesce(json_agg(r order by r::text), '[]') from (select json_build_array(${expression}) as r from ${from}) as x)`
const rollup = (table: string, bucket: string) =>
  rows(`ad_id, ${ms(bucket)}, sum(clicks), sum(impressions)`, `${table} group by ad_id, ${bucket}`)

export async function readState(sql: Sql): Promise<State> {
  const columns = {
    ledger: rows(
      `topic, partition, first_offset, next_offset, counted, duplicates, conflicts, dead_letters, recovered, ${ms('complete_through')}`,
      'ledger',
    ),
    clicks: rows(`event_id, ad_id, ${event}`, 'all_clicks'),
    impressions: rows(`event_id, ad_id, ${event}`, 'all_impressions'),
    minutes: rollup('ad_minute_counts', 'minute'),
    hours: rollup('ad_hour_counts', 'hour'),
    days: rollup('ad_day_counts', 'day'),
    totals: rows('ad_id, sum(clicks), sum(impressions)', 'ad_total_counts group by ad_id'),
    deadLetters: rows(
      `topic, partition, "offset", type, reason, event_id, encode(value, 'hex'), ${ms('arrived_at')}, ${ms('replayed_at')}, repeats`,
      'dead_letters',
    ),
    conflicts: rows(`topic, partition, "offset", type, event_id, ad_id, ${event}`, 'event_conflicts'),
    repeats: rows(`type, event_id, duplicates, conflicts, ${ms('last_received_at')}`, 'event_repeats'),
    agents: rows('entries - (select count(*) from user_agents)', 'user_agent_limit'),
  }
  const selected = Object.entries(columns).map(([name, column]) => `${column} as "${name}"`)
  const [row] = await sql.unsafe<[State]>(`select ${selected.join(', ')}`)
  return row
}

/** Empties what batches fill; quicker than truncate for a few rows. */
export async function clearState(sql: Sql): Promise<void> {
  const tables = [
    'clicks',
    'clicks_undated',
    'impressions',
    'impressions_undated',
    'ad_minute_stats',
    'ad_hour_stats',
    'ad_day_stats',
    'ad_totals',
    'rollup_deltas',
    'ledger',
    'closed_books',
    'dead_letters',
    'event_conflicts',
    'event_repeats',
    'user_agents',
  ]
  const empty = tables.map((table) => `delete from ${table}`)
  await sql.unsafe([...empty, 'update user_agent_limit set entries = 0, most = default'].join(';')).simple()
}
