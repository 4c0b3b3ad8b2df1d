-- Removes minutes beyond the retention of raw events and hours beyond their own, some ten thousand rows a call; `true` says: call
-- again. Whole days go, so that no hour or day that is kept lacks a part of what it was made of.
create or replace function trim_rollups_v1() returns boolean
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
  batch       constant integer := 10000;
  origin      constant timestamptz := '2000-01-01 00:00:00+00';
  settings    retention;
  minutes_cut timestamptz;
  hours_cut   timestamptz;
  last        timestamptz;
  more        boolean := false;
begin
  if not pg_try_advisory_xact_lock(hashtext('trim_rollups')) then
    return false;
  end if;
  select * into strict settings from retention;
  minutes_cut := date_bin('1 day', now() - make_interval(days => settings.raw_days), origin);
  hours_cut := date_bin('1 day', now() - make_interval(days => settings.hour_days), origin);
  -- A system that is younger than this has nothing to remove, and goes on to be exact to the millisecond.
  if exists (select from ad_minute_stats where minute < minutes_cut) then
    update retention set minutes_removed_before = minutes_cut where coalesce(minutes_removed_before, '-infinity') < minutes_cut;
  end if;
  if exists (select from ad_hour_stats where hour < hours_cut) then
    update retention set hours_removed_before = hours_cut where coalesce(hours_removed_before, '-infinity') < hours_cut;
  end if;

  last := coalesce((select minute from ad_minute_stats where minute < minutes_cut order by minute offset batch limit 1), 'infinity');
  delete from ad_minute_stats where minute < minutes_cut and minute <= last;
  more := last < 'infinity';

  last := coalesce((select hour from ad_hour_stats where hour < hours_cut order by hour offset batch limit 1), 'infinity');
  delete from ad_hour_stats where hour < hours_cut and hour <= last;
  return more or last < 'infinity';
end $$;

revoke all on function trim_rollups_v1() from public;
grant execute on function trim_rollups_v1() to click_writer;
