-- The period as it can be answered: a minute that is cut by an end of it counts as a whole where its raw events are no longer
-- kept, and an hour where its minutes are not. An open end is now.
create or replace function answerable_period_v1(inout low timestamptz, inout high timestamptz, out as_of timestamptz, out rounded boolean)
language plpgsql stable
set timezone = 'UTC'
as $$
declare
  complete_from timestamptz := coalesce((select removed_before + interval '1 day' from retention), '-infinity');
  hours_from timestamptz := coalesce((select minutes_removed_before from retention), '-infinity');
  given constant timestamptz[] := array[low, coalesce(high, date_trunc('milliseconds', now()))];
begin
  as_of := date_trunc('milliseconds', now());
  low := case when given[1] < complete_from then date_trunc('minute', given[1]) else given[1] end;
  high := case when given[2] < complete_from then date_bin('1 minute', given[2] + interval '1 minute' - interval '1 microsecond', '2000-01-01 00:00:00+00') else given[2] end;
  if low < hours_from then
    low := date_trunc('hour', low);
  end if;
  if high < hours_from then
    high := date_bin('1 hour', high + interval '1 hour' - interval '1 microsecond', '2000-01-01 00:00:00+00');
  end if;
  rounded := given <> array[low, high];
end $$;

-- The part of what is not folded: many entries of few minutes, which are looked for in the ranges once each.
create or replace function unfolded_sums_v1(lows timestamptz[], highs timestamptz[], ads integer[], by_ad boolean)
returns table (n bigint, ad_id integer, clicks bigint, impressions bigint)
language sql stable
set timezone = 'UTC' set jit = off set max_parallel_workers_per_gather = 0
begin atomic
  with waiting as materialized (
    select u.minute, case when by_ad then u.ad_id end as ad_id, sum(u.clicks)::bigint as clicks, sum(u.impressions)::bigint as impressions
    from unfolded_counts u where ads is null or u.ad_id = any (ads) group by 1, 2
  )
  select part.n, w.ad_id, sum(w.clicks)::bigint, sum(w.impressions)::bigint
  from (select distinct minute from waiting) as each
  join unnest(lows, highs) with ordinality as part (low, high, n) on each.minute >= part.low and each.minute < part.high
  join waiting w on w.minute = each.minute
  group by 1, 2;
end;

-- Sums of [lows[n], highs[n]) in one rollup table, or of the raw events: all together, or `by_ad`; of all ads, or of these.
create or replace function rung_sums_v1(rung text, lows timestamptz[], highs timestamptz[], ads integer[], by_ad boolean)
returns table (n bigint, ad_id integer, clicks bigint, impressions bigint)
language plpgsql stable
set timezone = 'UTC' set jit = off set max_parallel_workers_per_gather = 0
-- Each part is a range of the key. A plan for each call would spend its time on the partitions of the raw events.
set plan_cache_mode = force_generic_plan set enable_nestloop = on
set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off set enable_material = off
as $$
#variable_conflict use_column
begin
  if rung = 'raw' then
    return query
    select part.n, case when by_ad then e.ad_id end, sum(e.click)::bigint, sum(e.impression)::bigint
    from unnest(lows, highs) with ordinality as part (low, high, n), lateral (
      select c.ad_id, 1 as click, 0 as impression from all_clicks c where c.occurred_at >= part.low and c.occurred_at < part.high
      union all
      select i.ad_id, 0, 1 from all_impressions i where i.occurred_at >= part.low and i.occurred_at < part.high
    ) as e
    where ads is null or e.ad_id = any (ads)
    group by 1, 2;
  else
    return query execute format(
      'select part.n, %1$s, sum(r.clicks)::bigint, sum(r.impressions)::bigint
       from unnest($1, $2) with ordinality as part (low, high, n) %2$s
       group by 1 %3$s',
      case when by_ad then 'r.ad_id' else 'null::integer' end,
      format(
        case when ads is null then 'join %1$I r on r.%2$I >= part.low and r.%2$I < part.high'
        -- cell by cell: of a range of the first column all ads would be read
        else 'cross join generate_series(part.low, part.high - $4, $4) as cell join %1$I r on r.%2$I = cell and r.ad_id = any ($3)' end,
        'ad_' || rung || '_stats', rung),
      case when by_ad then ', 2' end)
    using lows, highs, ads, ('1 ' || rung)::interval;
    return query select * from unfolded_sums_v1(lows, highs, ads, by_ad);
  end if;
end $$;

-- The ads of an answer: each that is live or has events.
create or replace function counted_ads_v1(ads integer[]) returns setof integer
language sql stable
begin atomic
  select a.id from ads a
  where (ads is null or a.id = any (ads)) and (a.archived_at is null or exists (select from ad_totals t where t.ad_id = a.id) or a.id in (select u.ad_id from unfolded_counts u));
end;


revoke all on function unfolded_sums_v1(timestamptz[], timestamptz[], integer[], boolean) from public;
grant execute on function unfolded_sums_v1(timestamptz[], timestamptz[], integer[], boolean) to ads_api;
