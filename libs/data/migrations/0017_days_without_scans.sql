-- Upkeep that costs the same whatever a table holds, and that may stop after any step.
--
-- PostgreSQL scans a default partition under an exclusive lock whenever a partition is attached, and ids are the client's
-- choice. So there is none any more: events without a day are in plain tables of their own, `clicks_undated` and
-- `impressions_undated`, which readers see through the views `all_clicks` and `all_impressions`. An event is in one of both.
--
-- A day takes events from when it is made until a week after its end. Then it is closed: what arrives later is undated. A day
-- that was closed before the cut of the retention holds nothing that arrived after it, and is dropped without a look.

-- squawk-ignore require-concurrent-partition-detach
alter table clicks detach partition clicks_default;
-- squawk-ignore renaming-table
alter table clicks_default rename to clicks_undated;
-- squawk-ignore require-concurrent-partition-detach
alter table impressions detach partition impressions_default;
-- squawk-ignore renaming-table
alter table impressions_default rename to impressions_undated;

create view all_clicks      as select * from clicks      union all select * from clicks_undated;
create view all_impressions as select * from impressions union all select * from impressions_undated;

create table event_days (
  events     text    not null check (events in ('clicks', 'impressions')),
  day        date    not null,
  closed_at  timestamptz(3),
  -- Pages that were searched for late events. Only of a day that was closed too late, as those of before this migration are.
  pages_read bigint  not null default 0 check (pages_read >= 0),
  primary key (events, day)
);
insert into event_days (events, day)
select parent.relname, to_date(right(part.relname, 8), 'YYYYMMDD')
from pg_inherits
join pg_class parent on parent.oid = inhparent
join pg_class part on part.oid = inhrelid
where parent.oid in ('public.clicks'::regclass, 'public.impressions'::regclass) and part.relname ~ '_\d{8}$';

create type uuidrange as range (subtype = uuid, multirange_type_name = uuidmultirange);

-- Where a new event goes, by its id. `open_ids`: into the partitions. `plain_ids`: those of them of which no undated event can
-- be known; usually all. Who stores holds the advisory lock below, shared, while these hold; who changes them holds it alone.
create table event_places (
  events    text           primary key check (events in ('clicks', 'impressions')),
  open_ids  uuidmultirange not null,
  plain_ids uuidmultirange not null
);

create function event_places_lock() returns bigint
language sql immutable parallel safe
return hashtext('event_places');

create function event_places_now() returns setof event_places
language sql stable
set search_path = public, pg_temp
-- A range that the planner takes for well filled is looked for in the table's pages; an empty one would cost all of them.
set enable_seqscan = off
begin atomic
  with bounds as (
    select events, uuid_floor(day::timestamp at time zone 'UTC') as low, uuid_floor((day + 1)::timestamp at time zone 'UTC') as high
    from event_days
    where closed_at is null and to_regclass('public.' || partition_of_day(events, day)) is not null
  ),
  ranges as (
    select events, uuidrange(low, high) as ids,
           case events
             when 'clicks' then exists (select from clicks_undated where event_id >= low and event_id < high)
             else exists (select from impressions_undated where event_id >= low and event_id < high)
           end as has_undated
    from bounds
    union all
    -- the static partitions
    select each.events, uuidrange(static.low, static.high), false
    from (values ('clicks'), ('impressions')) as each (events),
         (values (null::uuid, '018cc251-f400-0000-0000-000000000000'::uuid), ('020251fe-2400-0000-0000-000000000000', null)) as static (low, high)
  )
  select events, range_agg(ids), range_agg(ids) filter (where not has_undated) from ranges group by events;
end;

insert into event_places select * from event_places_now();

-- True when something had to be changed: a day was made, closed, or lost by hand, or its undated events have expired.
create function update_event_places() returns boolean
language plpgsql
as $$
begin
  if not exists (select * from event_places_now() except select * from event_places) then
    return false;
  end if;
  perform pg_advisory_xact_lock(event_places_lock());
  update event_places as place set open_ids = found.open_ids, plain_ids = found.plain_ids
  from event_places_now() as found where found.events = place.events;
  return true;
end $$;

-- Attaching costs nothing: the new table is empty, and nothing else is looked at.
create or replace function make_day(parent text, day date) returns void
language plpgsql
as $$
declare
  part text := partition_of_day(parent, day);
begin
  perform pg_advisory_xact_lock(event_places_lock());
  execute format('create table %I (like %I including defaults including constraints)', part, parent);
  execute format('alter table %I attach partition %I for values from (%L) to (%L)', parent, part,
                 uuid_floor(day::timestamp at time zone 'UTC'), uuid_floor((day + 1)::timestamp at time zone 'UTC'));
  insert into event_days (events, day) values (parent, make_day.day)
  on conflict on constraint event_days_pkey do update set closed_at = null, pages_read = 0;
  perform update_event_places();
end $$;

-- Waits for the batches that still store into these days: what they store is older than `closed_at`.
create function close_days() returns boolean
language plpgsql
as $$
begin
  if not exists (select from event_days where closed_at is null and day + 8 <= utc_today()) then
    return false;
  end if;
  perform pg_advisory_xact_lock(event_places_lock());
  update event_days set closed_at = clock_timestamp() where closed_at is null and day + 8 <= utc_today();
  perform update_event_places();
  return true;
end $$;

create function pages_of(target text) returns bigint
language sql stable
return coalesce(pg_relation_size(to_regclass('public.' || target)) / current_setting('block_size')::bigint, 0);

-- One step through a closed day: what arrived after the cut becomes undated. False at the end of the day. Nothing is added
-- to a closed day, so that no event can slip behind a step.
create function move_late_events(old event_days, cut timestamptz) returns boolean
language plpgsql
as $$
declare
  step constant bigint := 128;
  part text := partition_of_day(old.events, old.day);
begin
  if old.pages_read >= pages_of(part) then
    return false;
  end if;
  execute format(
    'with late as (delete from %I where ctid >= %L and ctid < %L and received_at >= %L returning *) insert into %I select * from late',
    part, format('(%s,0)', old.pages_read), format('(%s,0)', old.pages_read + step), cut, old.events || '_undated');
  update event_days set pages_read = old.pages_read + step where events = old.events and day = old.day;
  return true;
end $$;

create or replace function drop_oldest_day(cut timestamptz) returns boolean
language plpgsql
as $$
declare
  oldest event_days;
begin
  -- a day later than it can have been closed
  select * into oldest from event_days
  where closed_at is not null and day + 9 <= (cut at time zone 'UTC')::date
  order by day, events limit 1;
  if not found then
    return false;
  end if;
  if oldest.closed_at < cut or not move_late_events(oldest, cut) then
    execute format('drop table if exists %I', partition_of_day(oldest.events, oldest.day));
    delete from event_days where events = oldest.events and day = oldest.day;
    update retention set removed_before = greatest(removed_before, cut);
  end if;
  return true;
end $$;

drop function drop_day(text, text, timestamptz);

-- Tables without days are swept once a day, a part of each in every hour: no index tells where old rows are once the space of
-- deleted ones is used again (a block range keeps its lowest time).
create table sweeps (
  target     text           primary key,
  began_at   timestamptz(3) not null default '-infinity',
  pages_read bigint         not null default 0 check (pages_read >= 0)
);
insert into sweeps (target)
values ('clicks_low'), ('clicks_high'), ('clicks_undated'), ('impressions_low'), ('impressions_high'), ('impressions_undated'),
       ('event_conflicts'), ('event_repeats');
-- squawk-ignore require-concurrent-index-deletion
drop index clicks_low_received_at, clicks_high_received_at, clicks_default_received_at, impressions_low_received_at,
           impressions_high_received_at, impressions_default_received_at, event_conflicts_received_at, event_repeats_last_received_at;

-- One step of a sweep. False when nothing more is due.
create function sweep_old_rows(of_target text, time_column text, cut timestamptz) returns boolean
language plpgsql
as $$
declare
  step    constant bigint := 128;
  pages   bigint := pages_of(of_target);
  sweep   sweeps;
  deleted bigint;
begin
  select * into strict sweep from sweeps where target = of_target;
  if sweep.began_at > now() - interval '1 day' and sweep.pages_read >= pages * extract(epoch from now() - sweep.began_at) / 86400 then
    return false;
  end if;
  if sweep.pages_read >= pages then
    update sweeps set began_at = now(), pages_read = 0 where target = of_target;
    return true;
  end if;
  execute format('delete from %I where ctid >= %L and ctid < %L and %I < %L',
                 of_target, format('(%s,0)', sweep.pages_read), format('(%s,0)', sweep.pages_read + step), time_column, cut);
  get diagnostics deleted = row_count;
  update sweeps set pages_read = sweep.pages_read + step where target = of_target;
  if deleted > 0 and of_target ~ '^(clicks|impressions)_' then
    update retention set removed_before = greatest(removed_before, cut);
  end if;
  return true;
end $$;

create or replace function remove_old_rows(settings retention) returns boolean
language plpgsql
as $$
declare
  cut  timestamptz := now() - make_interval(days => settings.raw_days);
  more boolean := false;
  part text;
begin
  foreach part in array array['clicks_low', 'clicks_high', 'clicks_undated', 'impressions_low', 'impressions_high', 'impressions_undated'] loop
    more := sweep_old_rows(part, 'received_at', cut) or more;
  end loop;
  more := sweep_old_rows('event_conflicts', 'received_at', cut) or more;
  more := sweep_old_rows('event_repeats', 'last_received_at', cut) or more;
  return delete_old_rows('dead_letters', 'arrived_at', now() - make_interval(days => settings.dead_letter_days)) or more;
end $$;

create or replace function maintain_partitions(out days_ahead integer, out raw_days integer, out more boolean, out blocked boolean)
language plpgsql
security definer
set search_path = public, pg_temp
set lock_timeout = '200ms'
as $$
declare
  settings retention;
begin
  select * into strict settings from retention;
  more := false;
  blocked := false;
  if pg_try_advisory_xact_lock(hashtext('maintain_partitions')) then
    for attempt in 1 .. 5 loop
      begin
        more := update_event_places()
             or make_next_day(settings.days_ahead)
             or close_days()
             or drop_oldest_day(now() - make_interval(days => settings.raw_days))
             or remove_old_rows(settings);
        blocked := false;
        exit;
      exception when lock_not_available or deadlock_detected then
        blocked := true;
        perform pg_sleep(random() * 0.2);
      end;
    end loop;
  end if;
  days_ahead := partition_days_ahead();
  raw_days := settings.raw_days;
end $$;

do $generate$
declare
  target record;
begin
  for target in select * from (values ('clicks'), ('impressions')) as each (events) loop
    execute replace($store$
    create or replace function store_@events@_v1(
      ids uuid[], ads integer[], occurred bigint[], received bigint[], ips inet[], agents text[], playbacks float8[],
      out stored uuid[], out minute_ads integer[], out minutes timestamptz[], out counts bigint[]
    )
    language plpgsql
    as $$
    declare
      place event_places;
    begin
      if cardinality(ids) = 0 then
        select '{}', '{}', '{}', '{}' into stored, minute_ads, minutes, counts;
        return;
      end if;
      perform pg_advisory_xact_lock_shared(event_places_lock());
      select * into strict place from event_places where events = '@events@';
      if not exists (select from unnest(ids) as id where not place.plain_ids @> id) then
        with fresh as (
          insert into @events@ (event_id, ad_id, occurred_at, received_at, ip, user_agent, playback_time)
          select id, ad, from_ms(occurred_ms), from_ms(received_ms), ip, agent, playback
          from (
            select unnest(ids) as id, generate_subscripts(ids, 1) as row, unnest(ads) as ad, unnest(occurred) as occurred_ms,
                   unnest(received) as received_ms, unnest(ips) as ip, unnest(agents) as agent, unnest(playbacks) as playback
            order by id, row
          ) as rows
          on conflict (event_id) do nothing
          returning event_id, ad_id, occurred_at
        ),
        sums as (
          select ad_id, date_bin('1 minute', occurred_at, '2000-01-01 00:00:00+00') as minute, count(*) as count
          from fresh group by 1, 2
        )
        select coalesce((select array_agg(event_id) from fresh), '{}'), coalesce(array_agg(ad_id), '{}'),
               coalesce(array_agg(minute), '{}'), coalesce(array_agg(count), '{}')
        into stored, minute_ads, minutes, counts from sums;
        return;
      end if;

      -- The same with a look at where else an event may be known: an undated one whose day was made later, or one of a closed day.
      with rows as (
        select id, row, ad, from_ms(occurred_ms) as occurred_at, from_ms(received_ms) as received_at, ip, agent, playback,
               place.open_ids @> id as is_open
        from (
          select unnest(ids) as id, generate_subscripts(ids, 1) as row, unnest(ads) as ad, unnest(occurred) as occurred_ms,
                 unnest(received) as received_ms, unnest(ips) as ip, unnest(agents) as agent, unnest(playbacks) as playback
        ) as batch
        where place.plain_ids @> id or not exists (select from all_@events@ as known where known.event_id = id offset 0)
        order by id, row
      ),
      dated as (
        insert into @events@ (event_id, ad_id, occurred_at, received_at, ip, user_agent, playback_time)
        select id, ad, occurred_at, received_at, ip, agent, playback from rows where is_open
        on conflict (event_id) do nothing
        returning event_id, ad_id, occurred_at
      ),
      undated as (
        insert into @events@_undated (event_id, ad_id, occurred_at, received_at, ip, user_agent, playback_time)
        select id, ad, occurred_at, received_at, ip, agent, playback from rows where not is_open
        on conflict (event_id) do nothing
        returning event_id, ad_id, occurred_at
      ),
      fresh as (
        select * from dated union all select * from undated
      ),
      sums as (
        select ad_id, date_bin('1 minute', occurred_at, '2000-01-01 00:00:00+00') as minute, count(*) as count
        from fresh group by 1, 2
      )
      select coalesce((select array_agg(event_id) from fresh), '{}'), coalesce(array_agg(ad_id), '{}'),
             coalesce(array_agg(minute), '{}'), coalesce(array_agg(count), '{}')
      into stored, minute_ads, minutes, counts from sums;
    end $$;
    $store$, '@events@', target.events);
  end loop;
end $generate$;

-- Readers of events read the views; nothing else about them changes.
do $readers$
declare
  reader  text;
  before  text;
  changed text;
begin
  foreach reader in array array['settle_clicks_v1', 'settle_impressions_v1', 'events_after_v1', 'verify_rollups_v1', 'rebuild_rollups_v1', 'receipts_v1'] loop
    before := pg_get_functiondef(reader::regproc);
    changed := regexp_replace(before, '\mfrom (clicks|impressions)\M', 'from all_\1', 'gi');
    if changed = before then
      raise exception '% reads no events', reader;
    end if;
    execute changed;
  end loop;
end $readers$;

revoke all on function
  event_places_lock(), event_places_now(), update_event_places(), close_days(), pages_of(text),
  move_late_events(event_days, timestamptz), sweep_old_rows(text, text, timestamptz)
from public;
grant select on all_clicks, all_impressions, clicks_undated, impressions_undated, event_days to ads_api;
