-- The ladder that analytics climb: what an answer costs depends on the number of ads, never on the number of clicks.
-- `shard` is the number of the writer's connection: concurrent writers then never wait for each other's rows.
-- The same few rows are updated all day and no index covers a count, so with room on the page every update is HOT
-- (the old version is pruned in passing). Keys start with the time: a window reads one range of each table, and the writer
-- touches the same few leaf pages of the index. Vacuum early: these tables are small, and bloat is what a reader would pay.

create table ad_minute_stats (
  ad_id       integer     not null,
  minute      timestamptz not null check (minute = date_bin('1 minute', minute, '2000-01-01 00:00:00+00')),
  shard       smallint    not null check (shard >= 0),
  clicks      bigint      not null check (clicks >= 0),
  impressions bigint      not null check (impressions >= 0),
  primary key (minute, ad_id, shard)
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_insert_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.05);

create table ad_hour_stats (
  ad_id       integer     not null,
  hour        timestamptz not null check (hour = date_bin('1 hour', hour, '2000-01-01 00:00:00+00')),
  shard       smallint    not null check (shard >= 0),
  clicks      bigint      not null check (clicks >= 0),
  impressions bigint      not null check (impressions >= 0),
  primary key (hour, ad_id, shard)
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_insert_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.05);

create table ad_day_stats (
  ad_id       integer     not null,
  day         timestamptz not null check (day = date_bin('1 day', day, '2000-01-01 00:00:00+00')),
  shard       smallint    not null check (shard >= 0),
  clicks      bigint      not null check (clicks >= 0),
  impressions bigint      not null check (impressions >= 0),
  primary key (day, ad_id, shard)
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_insert_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.05);

create table ad_totals (
  ad_id       integer  not null,
  shard       smallint not null check (shard >= 0),
  clicks      bigint   not null check (clicks >= 0),
  impressions bigint   not null check (impressions >= 0),
  primary key (ad_id, shard)
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.05);
