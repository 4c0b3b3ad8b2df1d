-- Analytics of any period and any buckets. All functions are STABLE, so that everything inside sees the snapshot of the
-- statement that calls them: buckets, their sum and the freshness of one answer belong together.

-- The instant at which a local time is first reached: the earlier of two where the clock is set back, and the end of the gap
-- where it is set forward. AT TIME ZONE takes the later of two, with which a day would begin an hour late.
create function first_instant_v1(local timestamp, zone text) returns timestamptz
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
create function bucket_edges_v1(unit text, low timestamptz, high timestamptz, zone text) returns timestamptz[]
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
create function answerable_period_v1(inout low timestamptz, inout high timestamptz, out as_of timestamptz, out rounded boolean)
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
create function previous_edges_v1(unit text, edges timestamptz[], zone text, out aligned boolean, out previous timestamptz[])
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
create function bucket_parts_v1(edges timestamptz[])
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

-- Sums of [lows[n], highs[n]) in one table of the ladder, or of the raw events: all together, or `by_ad`; of all ads, or of these.
-- The only function of this file that reads the tables.
create function rung_sums_v1(rung text, lows timestamptz[], highs timestamptz[], ads integer[], by_ad boolean)
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
  end if;
end $$;

-- Clicks and impressions of each bucket [edges[n], edges[n + 1]), by its number n from 1 on; buckets without any are left out.
create function bucket_sums_v1(edges timestamptz[], ads integer[], by_ad boolean)
returns table (bucket integer, ad_id integer, clicks bigint, impressions bigint)
language plpgsql stable
-- Nobody can know how many parts there will be, and the guess is low: thousands would be compared with thousands.
set timezone = 'UTC' set jit = off set max_parallel_workers_per_gather = 0 set enable_nestloop = off
as $$
#variable_conflict use_column
begin
  return query
  -- neighbours share what lies at their edge: equal parts have the same number, and are read once
  with parts as materialized (
    select *, dense_rank() over (partition by rung order by low, high) as n from bucket_parts_v1(edges)
  ),
  ranges as (
    select rung, array_agg(low order by n) as lows, array_agg(high order by n) as highs
    from (select distinct rung, n, low, high from parts) as different group by rung
  ),
  sums as materialized (
    select ranges.rung, s.* from ranges, lateral rung_sums_v1(rung, lows, highs, ads, by_ad) as s
  )
  select p.bucket, s.ad_id, sum(p.sign * s.clicks)::bigint, sum(p.sign * s.impressions)::bigint
  from parts p join sums s on s.rung = p.rung and s.n = p.n
  group by p.bucket, s.ad_id;
end $$;

-- The ads of an answer: each that is live or has events.
create function counted_ads_v1(ads integer[]) returns setof integer
language sql stable
begin atomic
  select a.id from ads a
  where (ads is null or a.id = any (ads)) and (a.archived_at is null or exists (select from ad_totals t where t.ad_id = a.id));
end;

-- One row for each of these ads (null: all) and the events of [low, high); `high` null is now. The three arrays are parallel,
-- ordered by ad. `rounded`: low or high were moved to whole minutes, because raw events of their time are no longer kept.
create function period_v1(
  inout low timestamptz, inout high timestamptz, ads integer[], out as_of timestamptz, out rounded boolean,
  out complete_through timestamptz, out ledger_position bigint, out catalogue bigint,
  out ad_ids text, out clicks text, out impressions text
)
language plpgsql stable
set timezone = 'UTC' set jit = off set max_parallel_workers_per_gather = 0
set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
declare
  wanted constant integer[] := ads;
begin
  select p.low, p.high, p.as_of, p.rounded into low, high, as_of, rounded from answerable_period_v1(low, high) p;
  select l.ledger_position, l.complete_through, c.version into ledger_position, complete_through, catalogue
  from ledger_position_v1() l, catalogue_version c;
  select array_agg(r.ad_id)::text, array_agg(r.clicks)::text, array_agg(r.impressions)::text into ad_ids, clicks, impressions
  from (
    select a.ad_id, coalesce(s.clicks, 0) as clicks, coalesce(s.impressions, 0) as impressions
    from counted_ads_v1(wanted) as a (ad_id)
    left join bucket_sums_v1(case when low < high then array[low, high] end, wanted, true) s on s.ad_id = a.ad_id
    order by a.ad_id
  ) r;
end $$;

-- The events of [low, high) in buckets of a unit of the zone, together or `by_ad`; with `compare` those of the period before as well.
-- `starts` (Unix milliseconds) and `offsets` (seconds east of UTC) are of all buckets, the first `before` of them of the period
-- before. `buckets`, `ad_ids`, `clicks` and `impressions` are parallel: the buckets that have any, by their number from 1 on.
-- `listed` are the ads of the answer, when it is by ad. Nothing is summed when there are more than `most` buckets, or more than
-- `most_rows` of them for all ads; `rows` tells how many there are.
create function series_v1(
  unit text, inout low timestamptz, inout high timestamptz, zone text, ads integer[], by_ad boolean, compare boolean, most integer, most_rows integer,
  out as_of timestamptz, out rounded boolean,
  out complete_through timestamptz, out ledger_position bigint, out catalogue bigint,
  out bucket_count integer, out row_count bigint, out before integer, out aligned boolean, out starts text, out offsets text, out listed text,
  out buckets text, out ad_ids text, out clicks text, out impressions text
)
language plpgsql stable
set timezone = 'UTC' set jit = off set max_parallel_workers_per_gather = 0
set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
declare
  wanted constant integer[] := ads;
  apart  constant boolean := by_ad;
  edges    timestamptz[];
  previous timestamptz[];
  listing  integer[];
begin
  select p.low, p.high, p.as_of, p.rounded into low, high, as_of, rounded from answerable_period_v1(low, high) p;
  select l.ledger_position, l.complete_through, c.version into ledger_position, complete_through, catalogue
  from ledger_position_v1() l, catalogue_version c;
  edges := bucket_edges_v1(unit, low, high, zone);
  bucket_count := cardinality(edges) - 1;
  before := 0;
  aligned := false;
  if apart then
    listing := array(select a from counted_ads_v1(wanted) a order by a);
    listed := listing::text;
  end if;
  row_count := bucket_count::bigint * coalesce(cardinality(listing), 1);
  if bucket_count > most or row_count > most_rows then
    return;
  end if;
  if compare and bucket_count > 0 then
    select p.aligned, p.previous into aligned, previous from previous_edges_v1(unit, edges, zone) p;
    before := cardinality(previous) - 1;
    edges := previous || edges[2:];
  end if;
  select array_agg((extract(epoch from at) * 1000)::bigint order by n)::text,
         array_agg(extract(epoch from (at at time zone zone) - (at at time zone 'UTC'))::integer order by n)::text into starts, offsets
  from unnest(edges) with ordinality as edge (at, n) where n < cardinality(edges);
  select array_agg(s.bucket)::text, array_agg(s.ad_id)::text, array_agg(s.clicks)::text, array_agg(s.impressions)::text
  into buckets, ad_ids, clicks, impressions
  from bucket_sums_v1(edges, wanted, apart) s;
end $$;

revoke all on function
  first_instant_v1(timestamp, text), bucket_edges_v1(text, timestamptz, timestamptz, text), previous_edges_v1(text, timestamptz[], text),
  bucket_parts_v1(timestamptz[]), rung_sums_v1(text, timestamptz[], timestamptz[], integer[], boolean),
  bucket_sums_v1(timestamptz[], integer[], boolean), answerable_period_v1(timestamptz, timestamptz), counted_ads_v1(integer[]),
  period_v1(timestamptz, timestamptz, integer[]),
  series_v1(text, timestamptz, timestamptz, text, integer[], boolean, boolean, integer, integer)
from public;
grant execute on function
  first_instant_v1(timestamp, text), bucket_edges_v1(text, timestamptz, timestamptz, text), previous_edges_v1(text, timestamptz[], text),
  bucket_parts_v1(timestamptz[]), rung_sums_v1(text, timestamptz[], timestamptz[], integer[], boolean),
  bucket_sums_v1(timestamptz[], integer[], boolean), answerable_period_v1(timestamptz, timestamptz), counted_ads_v1(integer[]),
  period_v1(timestamptz, timestamptz, integer[]),
  series_v1(text, timestamptz, timestamptz, text, integer[], boolean, boolean, integer, integer)
to ads_api;
