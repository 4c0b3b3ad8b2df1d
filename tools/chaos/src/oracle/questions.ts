import type { Sql } from '../database.ts'

/** Each question counts what should not be. Numbers are those of promises.md. */
export const questions = {
  /** 1. Acknowledged, and neither stored nor a dead letter. */
  lost: (sql: Sql) => sql`
    select count(*) from (select distinct type, event_id from chaos.sent where outcome = 'ok') as promised
    left join chaos.stored using (type, event_id)
    where stored.event_id is null
      and not exists (select from dead_letters as dead where dead.type = promised.type and dead.event_id = promised.event_id)
      and not exists (select from chaos.destroyed as gone where gone.type = promised.type and gone.event_id = promised.event_id)`,

  /** 2. Stored twice, or counted more often than stored. */
  doubled: (sql: Sql) => sql`
    with raw as (select count(*) as stored, count(distinct (type, event_id)) as ids from chaos.stored),
         sums as (select coalesce(sum(clicks + impressions), 0) as counted from ad_total_counts)
    select stored - ids + greatest(0, counted - ids) as count from raw, sums`,

  /** 3. Ads and minutes (hours, days, all time) whose sums are not the number of events, as far as they are kept. */
  minutes: (sql: Sql) => rollup(sql, 'ad_minute_counts', 'minute'),
  hours: (sql: Sql) => rollup(sql, 'ad_hour_counts', 'hour'),
  days: (sql: Sql) => rollup(sql, 'ad_day_counts', 'day'),
  totals: (sql: Sql) => sql`
    with raw as (select ad_id, count(*) filter (where type = 'click') as clicks, count(*) filter (where type = 'impression') as impressions from chaos.stored group by 1),
         sums as (select ad_id, sum(clicks) as clicks, sum(impressions) as impressions from ad_total_counts group by 1)
    select count(*) from raw full join sums using (ad_id)
    where (raw.clicks, raw.impressions) is distinct from (sums.clicks, sums.impressions)`,

  /** 4. Stored, and nobody sent it. Events whose server-made id a client never learned are allowed for. */
  foreign: (sql: Sql) => sql`
    with unsent as (
      select count(*) as events from chaos.stored
      where not exists (select from chaos.sent where sent.event_id = stored.event_id and sent.type = stored.type and sent.outcome <> 'fail')
    ),
    nameless as (select count(*) as events from chaos.sent where event_id is null and outcome = 'unknown')
    select greatest(0, unsent.events - nameless.events) as count from unsent, nameless`,

  /** 5. Stored otherwise than any of its senders sent it. */
  altered: (sql: Sql) => sql`
    select count(*) from chaos.stored
    where exists (select from chaos.sent where sent.event_id = stored.event_id and sent.type = stored.type and outcome <> 'fail')
      and not exists (
        select from chaos.sent
        where sent.event_id = stored.event_id and sent.type = stored.type and outcome <> 'fail'
          and (any_payload or (
            sent.ad_id = stored.ad_id
            and sent.playback_time is not distinct from stored.playback_time
            and stored.occurred_at = coalesce(sent.occurred_at, stored.received_at)
            and host(stored.ip) = coalesce(host(network(set_masklen(sent.ip, case family(sent.ip) when 4 then 24 else 48 end))), '127.0.0.0')
            and stored.user_agent = sent.user_agent
            and stored.received_at between sent.sent_at - interval '5 ms' and coalesce(sent.answered_at, 'infinity') + interval '10 s'))
      )`,

  /** 6. Books that do not add up, each by itself and all together. */
  imbalance: (sql: Sql) => sql`
    with books as (
      select next_offset - first_offset - counted - duplicates - conflicts - dead_letters as off, counted, recovered, duplicates, conflicts, dead_letters from ledger
      union all
      select next_offset - first_offset - counted - duplicates - conflicts - dead_letters, counted, recovered, duplicates, conflicts, dead_letters from closed_books
    ),
    sums as (
      select coalesce(sum(abs(off)), 0) as off, coalesce(sum(counted + recovered), 0) as counted, coalesce(sum(duplicates), 0) as duplicates,
             coalesce(sum(conflicts), 0) as conflicts, coalesce(sum(dead_letters), 0) as dead_letters
      from books
    )
    select off
      + abs(counted - (select count(*) from chaos.stored))
      + abs(duplicates - (select coalesce(sum(duplicates), 0) from event_repeats) - (select coalesce(sum(repeats), 0) from dead_letters))
      + abs(conflicts - (select coalesce(sum(conflicts), 0) from event_repeats))
      + abs(dead_letters - (select count(*) from dead_letters)) as count
    from sums`,

  /** Stored below the positions of the ledger: the log is not the one that was read before. */
  recovered: (sql: Sql) =>
    sql`select coalesce(sum(recovered), 0) as count from (select recovered from ledger union all select recovered from closed_books) as books`,
}

function rollup(sql: Sql, table: string, unit: string) {
  return sql`
    with raw as (
      select ad_id, date_trunc(${unit}, occurred_at, 'UTC') as bucket,
             count(*) filter (where type = 'click') as clicks, count(*) filter (where type = 'impression') as impressions
      from chaos.stored group by 1, 2
    ),
    sums as (select ad_id, ${sql(unit)} as bucket, sum(clicks) as clicks, sum(impressions) as impressions from ${sql(table)} group by 1, 2)
    select count(*) from raw full join sums using (ad_id, bucket)
    where bucket >= coalesce((select case ${unit} when 'minute' then minutes_removed_before when 'hour' then hours_removed_before end from retention), '-infinity')
      and (raw.clicks, raw.impressions) is distinct from (sums.clicks, sums.impressions)`
}
