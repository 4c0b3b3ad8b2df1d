-- Analytics of any period and any buckets. All functions are STABLE, so that everything inside sees the snapshot of the
-- statement that calls them: buckets, their sum and the freshness of one answer belong together.

-- The part of what is not folded, which may be many minutes in many ranges: each minute is looked up once among all ends of the
-- ranges, and each range adds up what lies between its own.
create or replace function unfolded_sums_v1(lows timestamptz[], highs timestamptz[], ads integer[], by_ad boolean)
returns table (n bigint, ad_id integer, clicks bigint, impressions bigint)
language sql stable
set timezone = 'UTC' set jit = off set max_parallel_workers_per_gather = 0 set enable_hashjoin = on
begin atomic
  with ends as materialized (
    select array_agg(distinct "end" order by "end") as sorted from unnest(lows || highs) as "end"
  ),
  waiting as materialized (
    select width_bucket(u.minute, ends.sorted) as segment, case when by_ad then u.ad_id end as ad_id,
           sum(u.clicks)::bigint as clicks, sum(u.impressions)::bigint as impressions
    from unfolded_counts u, ends where ads is null or u.ad_id = any (ads) group by 1, 2
  )
  select part.n, w.ad_id, sum(w.clicks)::bigint, sum(w.impressions)::bigint
  from ends, unnest(lows, highs) with ordinality as part (low, high, n),
       generate_series(width_bucket(part.low, ends.sorted), width_bucket(part.high, ends.sorted) - 1) as segment
  join waiting w using (segment)
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

-- Clicks and impressions of each bucket [edges[n], edges[n + 1]), by its number n from 1 on; buckets without any are left out.
create or replace function bucket_sums_v1(edges timestamptz[], ads integer[], by_ad boolean)
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
create or replace function counted_ads_v1(ads integer[]) returns setof integer
language sql stable
begin atomic
  select a.id from ads a
  where (ads is null or a.id = any (ads)) and (a.archived_at is null or exists (select from ad_totals t where t.ad_id = a.id) or a.id in (select u.ad_id from unfolded_counts u));
end;

-- One row for each of these ads (null: all) and the events of [low, high); `high` null is now. The three arrays are parallel,
-- ordered by ad. `rounded`: low or high were moved to whole minutes, because raw events of their time are no longer kept.
-- AT002: see require_kept_v1.
create or replace function period_v1(
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
  perform require_kept_v1(array[low, high]);
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
-- `most_rows` of them for all ads; `rows` tells how many there are. AT002: see require_kept_v1.
create or replace function series_v1(
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
  perform require_kept_v1(edges);
  select array_agg((extract(epoch from at) * 1000)::bigint order by n)::text,
         array_agg(extract(epoch from (at at time zone zone) - (at at time zone 'UTC'))::integer order by n)::text into starts, offsets
  from unnest(edges) with ordinality as edge (at, n) where n < cardinality(edges);
  select array_agg(s.bucket)::text, array_agg(s.ad_id)::text, array_agg(s.clicks)::text, array_agg(s.impressions)::text
  into buckets, ad_ids, clicks, impressions
  from bucket_sums_v1(edges, wanted, apart) s;
end $$;

revoke all on function
  unfolded_sums_v1(timestamptz[], timestamptz[], integer[], boolean),
  rung_sums_v1(text, timestamptz[], timestamptz[], integer[], boolean), bucket_sums_v1(timestamptz[], integer[], boolean),
  counted_ads_v1(integer[]), period_v1(timestamptz, timestamptz, integer[]),
  series_v1(text, timestamptz, timestamptz, text, integer[], boolean, boolean, integer, integer)
from public;
grant execute on function
  unfolded_sums_v1(timestamptz[], timestamptz[], integer[], boolean),
  rung_sums_v1(text, timestamptz[], timestamptz[], integer[], boolean), bucket_sums_v1(timestamptz[], integer[], boolean),
  counted_ads_v1(integer[]), period_v1(timestamptz, timestamptz, integer[]),
  series_v1(text, timestamptz, timestamptz, text, integer[], boolean, boolean, integer, integer)
to ads_api;
