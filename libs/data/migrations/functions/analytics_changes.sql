-- What was counted since an earlier answer of all time, so that keeping it fresh costs what was counted and not what there is.
--
-- Ids of deltas are not in the order of commits: the caller names the highest that it has seen and the ids below it that it has
-- not (`missing`). Nothing can be missed within the seconds that folded deltas are kept. `booked` moves by what the deltas add up to;
-- where it does not, something was counted in another way (by a writer of the version before), and the caller reads everything.
-- No rows while the position stands still. Ads that came or went are not told: `catalogue` moves then.
create or replace function analytics_changes_v2(
  since_position bigint, highest bigint, missing bigint[],
  out as_of timestamptz, out complete_through timestamptz, out ledger_position bigint, out booked bigint, out catalogue bigint,
  out delta_ids text, out ad_ids text, out clicks text, out impressions text
)
language plpgsql stable
set jit = off set max_parallel_workers_per_gather = 0 set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
declare
  added bigint[];
begin
  as_of := date_trunc('milliseconds', now());
  select l.ledger_position, l.complete_through, b.booked, c.version into ledger_position, complete_through, booked, catalogue
  from ledger_position_v1() l, booked_v1() b, catalogue_version c;
  if ledger_position = since_position then
    return;
  end if;
  select array_agg(id) into added from rollup_deltas where id > highest or id = any (missing);
  delta_ids := added::text;
  select array_agg(r.ad_id)::text, array_agg(r.clicks)::text, array_agg(r.impressions)::text into ad_ids, clicks, impressions
  from (
    select entry.ad_id, sum(entry.clicks) as clicks, sum(entry.impressions) as impressions
    from (
      select unnest(d.ads) as ad_id, unnest(d.clicks) as clicks, unnest(d.impressions) as impressions
      from rollup_deltas d where d.id = any (added)
    ) entry
    group by entry.ad_id
  ) r;
end $$;

-- For an ads-api of the version before: the numbers of all ads whenever any of them may have moved.
create or replace function analytics_changes_v1(
  since_position bigint, since_xid xid8,
  out as_of timestamptz, out complete_through timestamptz, out ledger_position bigint, out catalogue bigint, out seen xid8,
  out ad_ids text, out clicks text, out impressions text
)
language plpgsql stable
set jit = off set max_parallel_workers_per_gather = 0
set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
begin
  as_of := date_trunc('milliseconds', now());
  seen := since_xid;
  select l.ledger_position, l.complete_through, c.version into ledger_position, complete_through, catalogue
  from ledger_position_v1() l, catalogue_version c;
  if ledger_position = since_position then
    return;
  end if;
  select array_agg(r.ad_id)::text, array_agg(r.clicks)::text, array_agg(r.impressions)::text into ad_ids, clicks, impressions
  from (
    select t.ad_id, sum(t.clicks)::bigint as clicks, sum(t.impressions)::bigint as impressions from ad_total_counts t group by t.ad_id
  ) r;
end $$;

revoke all on function analytics_changes_v2(bigint, bigint, bigint[]), analytics_changes_v1(bigint, xid8) from public;
grant execute on function analytics_changes_v2(bigint, bigint, bigint[]), analytics_changes_v1(bigint, xid8) to ads_api;
