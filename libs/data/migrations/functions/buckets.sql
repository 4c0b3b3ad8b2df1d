-- Where the buckets of a period begin and end, and which parts of the rollups and raw events make them up.

-- The instant at which a local time is first reached: the earlier of two where the clock is set back, and the end of the gap
-- where it is set forward. AT TIME ZONE takes the later of two, with which a day would begin an hour late.
create or replace function first_instant_v1(local timestamp, zone text) returns timestamptz
language plpgsql stable
as $$
declare
  instant timestamptz := local at time zone zone;
  -- by the clock of the day before, which no change of this day has touched
  earlier timestamptz := instant - (((instant - interval '1 day') at time zone zone) - ((instant - interval '1 day') at time zone 'UTC')
                                    - ((instant at time zone zone) - (instant at time zone 'UTC')));
begin
  if earlier < instant and earlier at time zone zone = local then
    return earlier;
  end if;
  return instant;
end $$;

-- The edges of the buckets that tile [low, high): low, each boundary of the unit in the zone between the two, high. Days, weeks
-- (from Monday) and months begin at the first midnight of their date, hours where the clock of the zone shows a full one.
-- Local times are counted, and turned into instants one by one: a sum of instants and intervals would keep the hour to which
-- a missing midnight was moved.
create or replace function bucket_edges_v1(unit text, low timestamptz, high timestamptz, zone text) returns timestamptz[]
language plpgsql stable
set timezone = 'UTC'
as $$
declare
  step interval := ('1 ' || unit)::interval;
begin
  if low >= high then
    return array[low];
  end if;
  return array(
    select low
    union
    select boundary from (
      select at as boundary from generate_series(date_trunc('minute', low), high, interval '1 minute') as at
      where unit = 'minute'
      union all
      -- every offset since 2000 is a multiple of a quarter of an hour
      select at from generate_series(date_trunc('hour', low), high, interval '15 minutes') as at
      where unit = 'hour' and extract(minute from at at time zone zone) = 0
      union all
      select first_instant_v1(local, zone)
      from generate_series(date_trunc(unit, low at time zone zone), high at time zone zone, step) as local
      where unit not in ('minute', 'hour')
    ) as boundaries
    where boundary > low and boundary < high
    union
    select high
    order by 1
  );
end $$;

-- The period as it can be answered: a minute that is cut by an end of it counts as a whole where its raw events are no longer
-- kept. An open end is now.
create or replace function answerable_period_v1(inout low timestamptz, inout high timestamptz, out as_of timestamptz, out rounded boolean)
language plpgsql stable
set timezone = 'UTC'
as $$
declare
  complete_from timestamptz := coalesce((select removed_before + interval '1 day' from retention), '-infinity');
  given constant timestamptz[] := array[low, coalesce(high, date_trunc('milliseconds', now()))];
begin
  as_of := date_trunc('milliseconds', now());
  low := case when given[1] < complete_from then date_trunc('minute', given[1]) else given[1] end;
  high := case when given[2] < complete_from then date_bin('1 minute', given[2] + interval '1 minute' - interval '1 microsecond', '2000-01-01 00:00:00+00') else given[2] end;
  rounded := given <> array[low, high];
end $$;

-- The edges of the period directly before [low, high), up to low. `aligned`: low and high are midnights of the zone; then it has
-- as many months where both begin one, else as many days. Otherwise each edge is moved back by the length of the period.
create or replace function previous_edges_v1(unit text, edges timestamptz[], zone text, out aligned boolean, out previous timestamptz[])
language plpgsql stable
set timezone = 'UTC'
as $$
declare
  low   timestamptz := edges[1];
  high  timestamptz := edges[cardinality(edges)];
  first date := (low at time zone zone)::date;
  next  date := (high at time zone zone)::date;
  months interval := make_interval(months => (12 * (extract(year from next) - extract(year from first)) + extract(month from next) - extract(month from first))::integer);
begin
  aligned := first < next and first_instant_v1(first, zone) = low and first_instant_v1(next, zone) = high;
  if not aligned then
    previous := array(select (answerable_period_v1(edge - (high - low), edge)).low from unnest(edges) as edge order by 1);
  elsif extract(day from first) = 1 and extract(day from next) = 1 then
    previous := bucket_edges_v1(unit, first_instant_v1(first - months, zone), low, zone);
  else
    previous := bucket_edges_v1(unit, first_instant_v1(first - (next - first), zone), low, zone);
  end if;
end $$;

-- Which parts of which tables add up to each bucket [edges[n], edges[n + 1]). Of each unit whole ones are taken between the
-- boundaries that lie nearest to the ends, and what lies between a boundary and the end itself is added or taken away by the
-- next smaller unit; a bucket for which that costs more than it saves goes to the smaller unit as it is. So a day of Berlin is
-- a day of UTC, less an hour or two at one end, and with them at the other.
create or replace function bucket_parts_v1(edges timestamptz[])
returns table (bucket integer, sign integer, rung text, low timestamptz, high timestamptz)
language plpgsql stable
set timezone = 'UTC' set jit = off
as $$
#variable_conflict use_column
declare
  origin constant timestamptz := '2000-01-01 00:00:00+00';
  units  constant interval[]  := array['1 day', '1 hour', '1 minute', '0'];
  rungs  constant text[]      := array['day', 'hour', 'minute', 'raw'];
begin
  return query
  with recursive split (bucket, sign, level, is_done, low, high) as (
    select n, 1, case when edges[n + 1] - edges[n] > interval '12 hours' then 1 when edges[n + 1] - edges[n] > interval '30 minutes' then 2 else 3 end,
           false, edges[n], edges[n + 1]
    from generate_subscripts(edges, 1) as n where n < cardinality(edges)
    union all
    select part.bucket, part.sign, part.next_level, part.is_done, part.low, part.high
    from (
      select w.bucket, case when k = 0 then w.sign when k in (1, 3) then - w.sign else w.sign end as sign,
             case when k = 0 and w.is_worth then w.level else w.level + 1 end as next_level,
             case k when 0 then w.is_worth or w.level = 3 else w.level = 3 end as is_done,
             case k when 0 then case when w.is_worth then w.near_low else w.low end
                    when 1 then w.near_low when 2 then w.low when 3 then w.high else w.near_high end as low,
             case k when 0 then case when w.is_worth then w.near_high else w.high end
                    when 1 then w.low when 2 then w.near_low when 3 then w.near_high else w.high end as high
      from (
        select near.*, greatest(low - near_low, near_low - low) + greatest(high - near_high, near_high - high) < high - low as is_worth
        from (
          select s.bucket, s.sign, s.level, s.low, s.high,
                 date_bin(units[s.level], s.low  + units[s.level] / 2, origin) as near_low,
                 date_bin(units[s.level], s.high + units[s.level] / 2, origin) as near_high
          from split s where not s.is_done
          offset 0 -- or each of these expressions would be worked out again wherever it is used
        ) as near
        offset 0
      ) as w
      -- the whole, or all of the bucket; then what it has too much or too little at its low end, and at its high end
      cross join generate_series(0, 4) as k
      where k = 0 or w.is_worth
    ) as part
    where part.low < part.high
  )
  select s.bucket, s.sign, rungs[s.level], s.low, s.high from split s where s.is_done;
end $$;

-- Raises AT002 when a bucket is made of minutes or hours that are no longer kept: without them it would be counted too low. DETAIL
-- is the unit that is missing, HINT the time before which it was removed.
create or replace function require_kept_v1(edges timestamptz[]) returns void
language plpgsql stable
set timezone = 'UTC'
as $$
declare
  removed retention;
  missing record;
begin
  select * into strict removed from retention;
  -- The parts of the first bucket begin up to half a day before it.
  if coalesce(edges[1] - interval '1 day' >= greatest(removed.minutes_removed_before, removed.hours_removed_before), true) then
    return;
  end if;
  select part.rung, kept.since into missing
  from bucket_parts_v1(edges) part
  join (values ('minute', removed.minutes_removed_before), ('hour', removed.hours_removed_before)) as kept (rung, since)
    on kept.rung = part.rung and part.low < kept.since
  order by part.rung limit 1;
  if found then
    raise exception 'the period needs the %s before %, which are no longer kept', missing.rung, missing.since
      using errcode = 'AT002', detail = missing.rung, hint = to_char(missing.since, 'YYYY-MM-DD"T"HH24:MI:SS"Z"');
  end if;
end $$;

revoke all on function
  first_instant_v1(timestamp, text), bucket_edges_v1(text, timestamptz, timestamptz, text),
  answerable_period_v1(timestamptz, timestamptz), previous_edges_v1(text, timestamptz[], text), bucket_parts_v1(timestamptz[]),
  require_kept_v1(timestamptz[])
from public;
grant execute on function
  first_instant_v1(timestamp, text), bucket_edges_v1(text, timestamptz, timestamptz, text),
  answerable_period_v1(timestamptz, timestamptz), previous_edges_v1(text, timestamptz[], text), bucket_parts_v1(timestamptz[]),
  require_kept_v1(timestamptz[])
to ads_api;
