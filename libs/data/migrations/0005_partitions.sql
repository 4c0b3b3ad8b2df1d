-- The days of clicks and impressions: made ahead, and dropped when raw retention has passed. The writer calls
-- maintain_partitions() again and again until it answers that nothing is left to do. Each call is one small transaction
-- with a lock_timeout of 200 ms: whoever waits behind us waits no longer than that.

-- Rollups know minutes up to 24 h ahead of an event's arrival: from a day after this time on, raw events are complete.
alter table retention add column removed_before timestamptz(3);

create function uuid_floor(at timestamptz) returns uuid
language sql immutable strict parallel safe
return (rpad(lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0'), 32, '0'))::uuid;

create function partition_of_day(parent text, day date) returns text
language sql immutable strict parallel safe
return parent || '_' || to_char(day, 'YYYYMMDD');

create function utc_today() returns date
language sql stable parallel safe
return (now() at time zone 'UTC')::date;

-- Days after today (UTC) that have their partitions, without a hole: what the alarm watches.
create function partition_days_ahead() returns integer
language sql stable
set search_path = public, pg_temp
as $$
  select coalesce(min(ahead), 61)::integer - 1
  from generate_series(0, 60) as ahead, unnest(array['clicks', 'impressions']) as parent
  where to_regclass('public.' || partition_of_day(parent, utc_today() + ahead)) is null
$$;

create function make_day(parent text, day date) returns void
language plpgsql
as $$
declare
  part   text := partition_of_day(parent, day);
  others text := parent || '_default';
  low    uuid := uuid_floor(day::timestamp at time zone 'UTC');
  high   uuid := uuid_floor((day + 1)::timestamp at time zone 'UTC');
begin
  execute format('lock table only %I in share update exclusive mode', parent);
  execute format('lock table %I in access exclusive mode', others);
  execute format('create table %I (like %I including defaults including constraints)', part, parent);
  execute format('with moved as (delete from %I where event_id >= %L and event_id < %L returning *) insert into %I select * from moved',
                 others, low, high, part);
  execute format('alter table %I attach partition %I for values from (%L) to (%L)', parent, part, low, high);
end $$;

-- Yesterday too: at midnight, and when a client's clock is behind. Earlier strays live in the default partition.
create function make_next_day(ahead integer) returns boolean
language plpgsql
as $$
declare
  missing record;
begin
  select parent, utc_today() + n as day into missing
  from generate_series(-1, ahead) as n, unnest(array['clicks', 'impressions']) as parent
  where to_regclass('public.' || partition_of_day(parent, utc_today() + n)) is null
  order by n, parent limit 1;
  if found then
    perform make_day(missing.parent, missing.day);
  end if;
  return missing is not null;
end $$;

-- An id's time is the client's word: what arrived later than the cut stays, in the default partition.
create function drop_day(parent text, part text, cut timestamptz) returns void
language plpgsql
as $$
declare
  late boolean;
begin
  execute format('select exists (select from %I where received_at >= %L)', part, cut) into late;
  if not late then
    execute format('drop table %I', part);
    return;
  end if;
  execute format('alter table %I detach partition %I', parent, part);
  execute format('insert into %I select * from %I where received_at >= %L', parent, part, cut);
  execute format('drop table %I', part);
end $$;

create function drop_oldest_day(cut timestamptz) returns boolean
language plpgsql
as $$
declare
  oldest record;
begin
  select parent.relname::text as parent, part.relname::text as name into oldest
  from pg_inherits
  join pg_class parent on parent.oid = inhparent
  join pg_class part on part.oid = inhrelid
  where parent.oid in ('public.clicks'::regclass, 'public.impressions'::regclass)
    and part.relname ~ '_\d{8}$'
    -- A day longer than the cut: what arrived around midnight is not late.
    and to_date(right(part.relname, 8), 'YYYYMMDD') + 2 <= (cut at time zone 'UTC')::date
  order by part.relname limit 1;
  if found then
    perform drop_day(oldest.parent, oldest.name, cut);
    update retention set removed_before = greatest(removed_before, cut);
  end if;
  return oldest is not null;
end $$;

create function delete_old_rows(target text, time_column text, cut timestamptz) returns boolean
language plpgsql
as $$
declare
  batch   constant integer := 10000;
  deleted bigint;
begin
  execute format('delete from %I where ctid = any (array(select ctid from %1$I where %I < %L limit %s for update skip locked))',
                 target, time_column, cut, batch);
  get diagnostics deleted = row_count;
  if deleted > 0 and target ~ '^(clicks|impressions)_' then
    update retention set removed_before = greatest(removed_before, cut);
  end if;
  return deleted = batch;
end $$;

-- Rollups and totals stay as they are: only what they were made of goes.
create function remove_old_rows(settings retention) returns boolean
language plpgsql
as $$
declare
  cut  timestamptz := now() - make_interval(days => settings.raw_days);
  more boolean := false;
  part text;
begin
  foreach part in array array['clicks_low', 'clicks_high', 'clicks_default', 'impressions_low', 'impressions_high', 'impressions_default'] loop
    more := delete_old_rows(part, 'received_at', cut) or more;
  end loop;
  more := delete_old_rows('event_conflicts', 'received_at', cut) or more;
  more := delete_old_rows('event_repeats', 'last_received_at', cut) or more;
  return delete_old_rows('dead_letters', 'arrived_at', now() - make_interval(days => settings.dead_letter_days)) or more;
end $$;

-- `more`: call again. `blocked`: somebody held a lock that was needed; the next hour will do.
create function maintain_partitions(out days_ahead integer, out raw_days integer, out more boolean, out blocked boolean)
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
        more := make_next_day(settings.days_ahead)
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
