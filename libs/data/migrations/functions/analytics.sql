-- What analytics read. All functions are STABLE, so that everything inside sees the snapshot of the statement that calls them:
-- rollups, what is not folded, ledger position and complete-through mark of one answer belong together.

-- What all books together have counted: it moves by as much as the totals do.
create or replace function booked_v1(out booked bigint)
language sql stable
set search_path = public, pg_temp
as $$
  select ((select coalesce(sum(counted + recovered), 0) from ledger) + (select coalesce(sum(counted + recovered), 0) from closed_books))::bigint
$$;

-- Sums of everything that happened after `t`, from raw events, minutes, hours and days. A level is read on its shorter
-- side: what follows `t` in the minute, hour, day or all time, or the whole of it less what precedes. Nothing much lies
-- beyond `latest`, so that this costs next to nothing when `t` is now.
create or replace function events_after_v1(t timestamptz, latest timestamptz)
returns table (ad_id integer, clicks bigint, impressions bigint)
language plpgsql stable
set timezone = 'UTC' set jit = off set max_parallel_workers_per_gather = 0
-- A plan for each call would spend its time on the partitions. With a fixed one, an index scan is right whatever a table holds:
-- most partitions hold nothing of the minute, and finding that out costs twice as much by a bitmap.
set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_bitmapscan = off
as $$
#variable_conflict use_column
declare
  tick constant interval := '1 microsecond';
  this_minute timestamptz := date_trunc('minute', t);
  this_hour   timestamptz := date_trunc('hour', t);
  this_day    timestamptz := date_trunc('day', t);
  next_minute timestamptz := date_trunc('minute', t) + interval '1 minute';
  next_hour   timestamptz := date_trunc('hour', t) + interval '1 hour';
  next_day    timestamptz := date_trunc('day', t) + interval '1 day';
  first_day   timestamptz := (select min(day) from ad_day_counts);
  whole_minute boolean := t - this_minute < least(next_minute, latest) - t;
  whole_hour   boolean := next_minute - this_hour < least(next_hour, latest) - next_minute;
  whole_day    boolean := next_hour - this_day < least(next_day, latest) - next_hour;
  whole_time   boolean := next_day - first_day < latest - next_day;
  raw_from    timestamptz := case when whole_minute then this_minute else t + tick end;
  raw_to      timestamptz := case when whole_minute then t + tick else next_minute end;
  minute_from timestamptz := case when whole_hour then this_hour else next_minute end;
  minute_to   timestamptz := case when whole_hour then next_minute else next_hour end;
  hour_from   timestamptz := case when whole_day then this_day else next_hour end;
  hour_to     timestamptz := case when whole_day then next_hour else next_day end;
  day_from    timestamptz := case when whole_time then '-infinity' else next_day end;
  day_to      timestamptz := case when whole_time then next_day else 'infinity' end;
  raw_sign    integer := case when whole_minute then -1 else 1 end;
  minute_sign integer := case when whole_hour then -1 else 1 end;
  hour_sign   integer := case when whole_day then -1 else 1 end;
  day_sign    integer := case when whole_time then -1 else 1 end;
begin
  return query
  select part.ad_id, sum(part.clicks)::bigint, sum(part.impressions)::bigint
  from (
    select c.ad_id, raw_sign * count(*) as clicks, 0 as impressions
      from all_clicks c where occurred_at >= raw_from and occurred_at < raw_to group by c.ad_id
    union all
    select i.ad_id, 0, raw_sign * count(*)
      from all_impressions i where occurred_at >= raw_from and occurred_at < raw_to group by i.ad_id
    union all
    select m.ad_id, m.clicks, m.impressions from ad_minute_stats m where minute = this_minute and whole_minute
    union all
    select m.ad_id, minute_sign * sum(m.clicks)::bigint, minute_sign * sum(m.impressions)::bigint
      from ad_minute_stats m where minute >= minute_from and minute < minute_to group by m.ad_id
    union all
    select h.ad_id, h.clicks, h.impressions from ad_hour_stats h where hour = this_hour and whole_hour
    union all
    select h.ad_id, hour_sign * sum(h.clicks)::bigint, hour_sign * sum(h.impressions)::bigint
      from ad_hour_stats h where hour >= hour_from and hour < hour_to group by h.ad_id
    union all
    select d.ad_id, d.clicks, d.impressions from ad_day_stats d where day = this_day and whole_day
    union all
    select d.ad_id, day_sign * sum(d.clicks)::bigint, day_sign * sum(d.impressions)::bigint
      from ad_day_stats d where day >= day_from and day < day_to group by d.ad_id
    union all
    select a.ad_id, a.clicks, a.impressions from ad_totals a where whole_time
    union all
    -- Deltas that are not folded belong to each level that is read.
    select u.ad_id, u.weight * u.clicks, u.weight * u.impressions
    from (
      select c.ad_id, c.clicks, c.impressions,
             (minute = this_minute and whole_minute)::integer
             + minute_sign * (minute >= minute_from and minute < minute_to)::integer
             + (minute >= this_hour and minute < next_hour and whole_hour)::integer
             + hour_sign * (minute >= hour_from and minute < hour_to)::integer
             + (minute >= this_day and minute < next_day and whole_day)::integer
             + day_sign * (minute >= day_from and minute < day_to)::integer
             + whole_time::integer as weight
      from unfolded_counts c
    ) u where weight <> 0
  ) as part
  group by part.ad_id;
end $$;

-- One row for every ad that is live or has events: of all time, or of (as_of - minutes, as_of]. The three arrays are
-- parallel, ordered by ad. `rounded`: raw events of the first minute (or minutes of the first hour, or hours of the first day) are no
-- longer kept, so that it counts as a whole. `booked` and `delta_ids` are where analytics_changes_v2 continues from.
create or replace function analytics_v2(
  minutes integer, inout as_of timestamptz, out window_start timestamptz, out rounded boolean,
  out complete_through timestamptz, out ledger_position bigint, out booked bigint, out catalogue bigint, out delta_ids text,
  out ad_ids text, out clicks text, out impressions text
)
language plpgsql stable
set timezone = 'UTC' set jit = off set max_parallel_workers_per_gather = 0
set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
begin
  as_of := date_trunc('milliseconds', coalesce(as_of, now()));
  window_start := as_of - make_interval(mins => minutes);
  rounded := coalesce(window_start < (select removed_before + interval '1 day' from retention), false);
  if rounded then
    window_start := date_trunc('minute', window_start);
  end if;
  -- Minutes are no longer kept either: the window starts with a whole hour.
  if window_start < (select minutes_removed_before from retention) then
    rounded := true;
    window_start := date_trunc('hour', window_start);
  end if;
  if window_start < (select hours_removed_before from retention) then
    rounded := true;
    window_start := date_trunc('day', window_start);
  end if;

  select l.ledger_position, l.complete_through, b.booked, c.version into ledger_position, complete_through, booked, catalogue
  from ledger_position_v1() l, booked_v1() b, catalogue_version c;

  if minutes is null then
    select array_agg(r.ad_id)::text, array_agg(r.clicks)::text, array_agg(r.impressions)::text into ad_ids, clicks, impressions
    from (
      select a.id as ad_id, coalesce(s.clicks, 0) as clicks, coalesce(s.impressions, 0) as impressions
      from ads a left join (
        select t.ad_id, sum(t.clicks)::bigint as clicks, sum(t.impressions)::bigint as impressions from ad_total_counts t group by t.ad_id
      ) s on s.ad_id = a.id
      where a.archived_at is null or s.ad_id is not null
      order by a.id
    ) r;
    select array_agg(d.id order by d.id)::text into delta_ids from rollup_deltas d;
  else
    select array_agg(r.ad_id)::text, array_agg(r.clicks)::text, array_agg(r.impressions)::text into ad_ids, clicks, impressions
    from (
      select a.id as ad_id, coalesce(s.clicks, 0) as clicks, coalesce(s.impressions, 0) as impressions
      from ads a left join (
        select w.ad_id, sum(w.clicks)::bigint as clicks, sum(w.impressions)::bigint as impressions
        from (
          select * from events_after_v1(window_start - case when rounded then interval '1 microsecond' else interval '0' end, as_of)
          union all
          select e.ad_id, - e.clicks, - e.impressions from events_after_v1(as_of, as_of) e
        ) w group by w.ad_id
      ) s on s.ad_id = a.id
      where a.archived_at is null or exists (select from ad_totals t where t.ad_id = a.id) or a.id in (select u.ad_id from unfolded_counts u)
      order by a.id
    ) r;
  end if;
end $$;

-- For an ads-api of the version before.
create or replace function analytics_v1(
  minutes integer, inout as_of timestamptz, out window_start timestamptz, out rounded boolean,
  out complete_through timestamptz, out ledger_position bigint, out catalogue bigint,
  out ad_ids text, out clicks text, out impressions text
)
language sql stable
as $$
  select a.as_of, a.window_start, a.rounded, a.complete_through, a.ledger_position, a.catalogue, a.ad_ids, a.clicks, a.impressions
  from analytics_v2(minutes, as_of) a
$$;

revoke all on function booked_v1(), events_after_v1(timestamptz, timestamptz), analytics_v1(integer, timestamptz), analytics_v2(integer, timestamptz) from public;
grant execute on function booked_v1(), events_after_v1(timestamptz, timestamptz), analytics_v1(integer, timestamptz), analytics_v2(integer, timestamptz) to ads_api;
