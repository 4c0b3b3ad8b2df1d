-- Makes the minutes of a range from raw events again, then the hours, days and totals above them. Readers go on; writers
-- wait, and add what they had stored but not committed afterwards. What is not folded is folded first: it belongs to the raw events.
create or replace function rebuild_rollups_v1(since timestamptz, until timestamptz) returns integer
language plpgsql
set search_path = public, pg_temp
as $$
declare
  origin     constant timestamptz := '2000-01-01 00:00:00+00';
  first_hour timestamptz := date_bin('1 hour', since, origin);
  last_hour  timestamptz := date_bin('1 hour', until + interval '1 hour' - interval '1 microsecond', origin);
  first_day  timestamptz := date_bin('1 day', since, origin);
  last_day   timestamptz := date_bin('1 day', until + interval '1 day' - interval '1 microsecond', origin);
  touched    integer[];
  rebuilt    integer;
begin
  if since <> date_bin('1 minute', since, origin) or until <> date_bin('1 minute', until, origin) then
    raise exception 'a range is made of whole minutes' using errcode = 'invalid_parameter_value';
  end if;
  if since < raw_complete_from() then
    raise exception 'raw events are complete only from % on', raw_complete_from() using errcode = 'invalid_parameter_value';
  end if;
  if since < (select minutes_removed_before from retention) then
    raise exception 'minutes are kept only from % on', (select minutes_removed_before from retention) using errcode = 'invalid_parameter_value';
  end if;
  perform pg_advisory_xact_lock(hashtext('fold_rollups'));
  lock table rollup_deltas in exclusive mode;
  while (select f.more from fold_rollups_v1(0, 0, 1000, 100000) f) loop
  end loop;
  lock table ad_minute_stats, ad_hour_stats, ad_day_stats, ad_totals in exclusive mode;
  touched := array(select distinct ad_id from ad_day_stats where day >= first_day and day < last_day
                   union select distinct ad_id from ad_hour_stats where hour >= first_hour and hour < last_hour
                   union select distinct ad_id from ad_minute_stats where minute >= since and minute < until);

  delete from ad_minute_stats where minute >= since and minute < until;
  insert into ad_minute_stats (ad_id, minute, shard, clicks, impressions)
  select ad_id, date_bin('1 minute', occurred_at, origin), 0, sum(click), sum(impression)
  from (
    select ad_id, occurred_at, 1 as click, 0 as impression from all_clicks where occurred_at >= since and occurred_at < until
    union all
    select ad_id, occurred_at, 0, 1 from all_impressions where occurred_at >= since and occurred_at < until
  ) as raw
  group by 1, 2;
  get diagnostics rebuilt = row_count;

  delete from ad_hour_stats where hour >= first_hour and hour < last_hour;
  insert into ad_hour_stats (ad_id, hour, shard, clicks, impressions)
  select ad_id, date_bin('1 hour', minute, origin), 0, sum(clicks), sum(impressions)
  from ad_minute_stats where minute >= first_hour and minute < last_hour
  group by 1, 2;

  delete from ad_day_stats where day >= first_day and day < last_day;
  insert into ad_day_stats (ad_id, day, shard, clicks, impressions)
  select ad_id, date_bin('1 day', hour, origin), 0, sum(clicks), sum(impressions)
  from ad_hour_stats where hour >= first_day and hour < last_day
  group by 1, 2;

  touched := touched || array(select distinct ad_id from ad_day_stats where day >= first_day and day < last_day);
  delete from ad_totals where ad_id = any (touched);
  insert into ad_totals (ad_id, shard, clicks, impressions)
  select ad_id, 0, sum(clicks), sum(impressions) from ad_day_stats where ad_id = any (touched) group by 1;
  return rebuilt;
end $$;

revoke all on function rebuild_rollups_v1(timestamptz, timestamptz) from public;
