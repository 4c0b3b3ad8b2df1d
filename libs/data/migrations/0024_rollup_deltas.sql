-- What each batch adds to the rollups, appended by the batch as one row. A fold adds many of these rows to the rollups at once:
-- an upsert of a rollup row costs 7 to 8 us, and a small batch would make up to four for each ad in it.
--
-- Everything counted is either in the rollups or in a row here that is not folded, and a fold moves it in one transaction. A
-- reader that adds both in one snapshot is exact and fresh, however long ago the last fold was.
create table rollup_deltas (
  id          bigint      generated always as identity primary key,
  created_at  timestamptz not null default clock_timestamp(),
  -- Folded rows are kept for some seconds: this is the feed from which ads-api keeps its answer fresh.
  folded_at   timestamptz,
  entries     integer     not null check (entries > 0),
  -- Parallel. A minute is the number of minutes since 1970.
  ads         integer[]   not null,
  minutes     integer[]   not null,
  clicks      integer[]   not null,
  impressions integer[]   not null,
  check (entries = cardinality(ads) and entries = cardinality(minutes) and entries = cardinality(clicks) and entries = cardinality(impressions))
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000, autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 1000);

-- Compressing arrays that live for seconds costs more than it saves.
alter table rollup_deltas
  alter column ads set storage external, alter column minutes set storage external,
  alter column clicks set storage external, alter column impressions set storage external;

create index rollup_deltas_folded_at on rollup_deltas (folded_at nulls first, id);

-- Readers of rollups read these views. Several rows may have the same key: add them up.
create view unfolded_counts as
select ad_id, to_timestamp(minute * 60::float8) as minute, clicks::bigint as clicks, impressions::bigint as impressions
from (
  select unnest(ads) as ad_id, unnest(minutes) as minute, unnest(clicks) as clicks, unnest(impressions) as impressions
  from rollup_deltas where folded_at is null
) as entry;

create view ad_minute_counts as
select ad_id, minute, clicks, impressions from ad_minute_stats
union all
select ad_id, minute, clicks, impressions from unfolded_counts;

create view ad_hour_counts as
select ad_id, hour, clicks, impressions from ad_hour_stats
union all
select ad_id, date_bin('1 hour', minute, '2000-01-01 00:00:00+00'), clicks, impressions from unfolded_counts;

create view ad_day_counts as
select ad_id, day, clicks, impressions from ad_day_stats
union all
select ad_id, date_bin('1 day', minute, '2000-01-01 00:00:00+00'), clicks, impressions from unfolded_counts;

create view ad_total_counts as
select ad_id, clicks, impressions from ad_totals
union all
select ad_id, clicks, impressions from unfolded_counts;

grant select on unfolded_counts, ad_minute_counts, ad_hour_counts, ad_day_counts, ad_total_counts to ads_api;
grant select on ad_total_counts to click_writer;
grant select (id, created_at, folded_at, entries, ads, minutes, clicks, impressions) on rollup_deltas to ads_api;
grant select (id, created_at, folded_at, entries) on rollup_deltas to click_writer;

-- Minutes are kept as long as raw events, hours for hour_days, days and totals for ever. A window is at most 366 days long and
-- needs its hours. What lies before these times was removed, and is no longer compared or added.
alter table retention
  add column hour_days              integer        not null default 730 check (hour_days >= 400),
  add column minutes_removed_before timestamptz(3),
  add column hours_removed_before   timestamptz(3);
