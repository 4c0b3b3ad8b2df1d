-- Adds what batches appended to minutes, hours, days and totals. One process at a time; the others are told `busy`.
--
-- Due when min_entries wait or the oldest row is min_age_ms old: the more rows one fold takes, the fewer upserts there are for each
-- click, and the more entries there are, the more each reader has to add. Takes max_rows and about max_entries at most, oldest
-- first; `more` says that others wait. All of it is one transaction: no reader sees a row both here and in the rollups, or in neither.
create or replace function fold_rollups_v1(
  min_entries integer, min_age_ms integer, max_rows integer, max_entries integer,
  out busy boolean, out folded integer, out more boolean
)
language plpgsql
security definer
set search_path = public, pg_temp
set plan_cache_mode = force_generic_plan set enable_seqscan = off
as $$
declare
  origin     constant timestamptz := '2000-01-01 00:00:00+00';
  waiting    record;
  taken      bigint[];
  removed    retention;
  added_ads  integer[];
  added_at   timestamptz[];
  added_clicks      bigint[];
  added_impressions bigint[];
begin
  busy := not pg_try_advisory_xact_lock(hashtext('fold_rollups'));
  folded := 0;
  more := false;
  if busy then
    return;
  end if;
  delete from rollup_deltas where folded_at < clock_timestamp() - interval '10 seconds';
  select count(*) as rows, coalesce(sum(entries), 0) as entries, min(created_at) as oldest into waiting
  from rollup_deltas where folded_at is null;
  if waiting.rows = 0
     or (waiting.entries < min_entries and waiting.oldest > clock_timestamp() - make_interval(secs => min_age_ms / 1000.0)) then
    return;
  end if;

  taken := array(
    select id from (
      select id, sum(entries) over (order by id) - entries as entries_before
      from (select id, entries from rollup_deltas where folded_at is null order by id limit max_rows) as oldest
    ) as counted
    where entries_before < max_entries
  );
  select array_agg(ad), array_agg(to_timestamp(minute * 60::float8)), array_agg(clicks), array_agg(impressions)
  into added_ads, added_at, added_clicks, added_impressions
  from (
    select ad, minute, sum(click_count) as clicks, sum(impression_count) as impressions
    from (
      select unnest(ads) as ad, unnest(minutes) as minute, unnest(clicks) as click_count, unnest(impressions) as impression_count
      from rollup_deltas where id = any (taken)
    ) as entry
    group by minute, ad
  ) as sums;

  -- Sorted by key, and in the order minutes, hours, days, totals, as apply_batch_v1 of an older writer takes its locks.
  select * into removed from retention;
  insert into ad_minute_stats as known (ad_id, minute, shard, clicks, impressions)
  select ad, minute, 0, click_count, impression_count
  from (select unnest(added_ads) as ad, unnest(added_at) as minute, unnest(added_clicks) as click_count, unnest(added_impressions) as impression_count) as added
  where minute >= coalesce(removed.minutes_removed_before, '-infinity')
  order by minute, ad
  on conflict (ad_id, minute, shard) do update set
    clicks = known.clicks + excluded.clicks, impressions = known.impressions + excluded.impressions;

  insert into ad_hour_stats as known (ad_id, hour, shard, clicks, impressions)
  select ad, date_bin('1 hour', minute, origin) as hour, 0, sum(click_count), sum(impression_count)
  from (select unnest(added_ads) as ad, unnest(added_at) as minute, unnest(added_clicks) as click_count, unnest(added_impressions) as impression_count) as added
  where minute >= coalesce(removed.hours_removed_before, '-infinity')
  group by hour, ad order by hour, ad
  on conflict (ad_id, hour, shard) do update set
    clicks = known.clicks + excluded.clicks, impressions = known.impressions + excluded.impressions;

  insert into ad_day_stats as known (ad_id, day, shard, clicks, impressions)
  select ad, date_bin('1 day', minute, origin) as day, 0, sum(click_count), sum(impression_count)
  from (select unnest(added_ads) as ad, unnest(added_at) as minute, unnest(added_clicks) as click_count, unnest(added_impressions) as impression_count) as added
  group by day, ad order by day, ad
  on conflict (ad_id, day, shard) do update set
    clicks = known.clicks + excluded.clicks, impressions = known.impressions + excluded.impressions;

  insert into ad_totals as known (ad_id, shard, clicks, impressions)
  select ad, 0, sum(click_count), sum(impression_count)
  from (select unnest(added_ads) as ad, unnest(added_clicks) as click_count, unnest(added_impressions) as impression_count) as added
  group by ad order by ad
  on conflict (ad_id, shard) do update set
    clicks = known.clicks + excluded.clicks, impressions = known.impressions + excluded.impressions;

  update rollup_deltas set folded_at = clock_timestamp() where id = any (taken);
  folded := cardinality(taken);
  more := waiting.rows > folded;
end $$;

revoke all on function fold_rollups_v1(integer, integer, integer, integer) from public;
grant execute on function fold_rollups_v1(integer, integer, integer, integer) to click_writer;
