-- What moved since an earlier answer of all time, so that keeping it fresh costs what was counted and not what there is.
--
-- since_position and since_xid are the ledger's position of that answer and the xmin of its snapshot: a transaction that the
-- snapshot did not see has an xid that is not below it, and a row carries the xid that wrote it. Ages compare xids over
-- their wrap-around; a row whose xid is too old to compare, or frozen, is at worst given once too often.
-- No rows while the position stands still. Rows that were removed, and ads that came or went, are not told: the caller
-- reads everything again when the catalogue moves, and once in a while.
create function analytics_changes_v1(
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
  seen := pg_snapshot_xmin(pg_current_snapshot());
  select l.ledger_position, l.complete_through, c.version into ledger_position, complete_through, catalogue
  from ledger_position_v1() l, catalogue_version c;
  if ledger_position = since_position then
    return;
  end if;
  select array_agg(r.ad_id)::text, array_agg(r.clicks)::text, array_agg(r.impressions)::text into ad_ids, clicks, impressions
  from (
    select t.ad_id, sum(t.clicks)::bigint as clicks, sum(t.impressions)::bigint as impressions
    from ad_totals t
    where t.ad_id in (select w.ad_id from ad_totals w where age(w.xmin) <= age(since_xid::xid))
    group by t.ad_id
  ) r;
end $$;

revoke all on function analytics_changes_v1(bigint, xid8) from public;
grant execute on function analytics_changes_v1(bigint, xid8) to ads_api;
