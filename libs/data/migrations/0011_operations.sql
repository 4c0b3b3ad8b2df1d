-- What an operator may do about the books and the rollups. Each is one statement for its caller: all of it or nothing.
-- Nobody but the owner may execute these.

-- Closes the book of a partition and opens the next one where the log begins. The caller has asked the broker for both ends.
create function accept_ledger_v1(of_topic text, of_partition integer, log_begin bigint, log_end bigint, recreated boolean, why text) returns jsonb
language plpgsql
as $$
declare
  book  ledger;
  cause text := 'recreated';
begin
  select * into book from ledger where topic = of_topic and partition = of_partition for update;
  if not found then
    return jsonb_build_object('status', 'no_book');
  end if;
  if not recreated and log_end >= book.next_offset then
    if log_begin <= book.next_offset then
      return jsonb_build_object('status', 'continues', 'next_offset', book.next_offset::text);
    end if;
    cause := 'gap';
  end if;
  insert into closed_books (topic, partition, first_offset, next_offset, counted, duplicates, conflicts, dead_letters, recovered,
                            complete_through, cause, missing, reopened_at, reason)
  values (book.topic, book.partition, book.first_offset, book.next_offset, book.counted, book.duplicates, book.conflicts, book.dead_letters,
          book.recovered, book.complete_through, cause, case cause when 'gap' then log_begin - book.next_offset else 0 end, log_begin, why);
  update ledger set first_offset = log_begin, next_offset = log_begin, counted = 0, duplicates = 0, conflicts = 0, dead_letters = 0, recovered = 0
  where topic = of_topic and partition = of_partition;
  return jsonb_build_object('status', 'closed', 'cause', cause, 'next_offset', book.next_offset::text,
                            'missing', case cause when 'gap' then log_begin - book.next_offset else 0 end::text);
end $$;

-- The first minute of which no raw event can have been removed: an event may lie a day ahead of its arrival.
create function raw_complete_from() returns timestamptz
language sql stable
return (select coalesce(date_bin('1 minute', removed_before + interval '1 day 1 minute', '2000-01-01 00:00:00+00'), '-infinity') from retention);

-- Where the rungs of the ladder are not the sums of what they were made of: minutes against raw events, hours against
-- minutes, days against hours, totals against days. One statement, hence one snapshot: writers may go on.
create function verify_rollups_v1(since timestamptz, until timestamptz)
returns table (level text, ad_id integer, at timestamptz, expected_clicks bigint, expected_impressions bigint, clicks bigint, impressions bigint)
language sql stable
set search_path = public, pg_temp
begin atomic
  with
  raw as (
    select each.ad_id, date_bin('1 minute', each.occurred_at, '2000-01-01 00:00:00+00') as at, sum(each.click) as clicks, sum(each.impression) as impressions
    from (
      select c.ad_id, c.occurred_at, 1 as click, 0 as impression from clicks c where c.occurred_at >= since and c.occurred_at < until
      union all
      select i.ad_id, i.occurred_at, 0, 1 from impressions i where i.occurred_at >= since and i.occurred_at < until
    ) as each
    group by 1, 2
  ),
  minutes as (
    select m.ad_id, m.minute as at, sum(m.clicks) as clicks, sum(m.impressions) as impressions
    from ad_minute_stats m where m.minute >= since and m.minute < until group by 1, 2
  ),
  minutes_by_hour as (
    select m.ad_id, date_bin('1 hour', m.minute, '2000-01-01 00:00:00+00') as at, sum(m.clicks) as clicks, sum(m.impressions) as impressions
    from ad_minute_stats m group by 1, 2
  ),
  hours as (
    select h.ad_id, h.hour as at, sum(h.clicks) as clicks, sum(h.impressions) as impressions from ad_hour_stats h group by 1, 2
  ),
  hours_by_day as (
    select h.ad_id, date_bin('1 day', h.at, '2000-01-01 00:00:00+00') as at, sum(h.clicks) as clicks, sum(h.impressions) as impressions
    from hours h group by 1, 2
  ),
  days as (
    select d.ad_id, d.day as at, sum(d.clicks) as clicks, sum(d.impressions) as impressions from ad_day_stats d group by 1, 2
  ),
  all_days as (
    select d.ad_id, null::timestamptz as at, sum(d.clicks) as clicks, sum(d.impressions) as impressions from days d group by 1
  ),
  totals as (
    select t.ad_id, null::timestamptz as at, sum(t.clicks) as clicks, sum(t.impressions) as impressions from ad_totals t group by 1
  ),
  -- Each rung once as what it should be and once as what it is.
  sides as (
    select 'minute' as level, r.ad_id, r.at, r.clicks as expected_clicks, r.impressions as expected_impressions, 0 as clicks, 0 as impressions from raw r
    union all select 'minute', m.ad_id, m.at, 0, 0, m.clicks, m.impressions from minutes m
    union all select 'hour', m.ad_id, m.at, m.clicks, m.impressions, 0, 0 from minutes_by_hour m
    union all select 'hour', h.ad_id, h.at, 0, 0, h.clicks, h.impressions from hours h
    union all select 'day', h.ad_id, h.at, h.clicks, h.impressions, 0, 0 from hours_by_day h
    union all select 'day', d.ad_id, d.at, 0, 0, d.clicks, d.impressions from days d
    union all select 'total', d.ad_id, d.at, d.clicks, d.impressions, 0, 0 from all_days d
    union all select 'total', t.ad_id, t.at, 0, 0, t.clicks, t.impressions from totals t
  )
  select s.level, s.ad_id, s.at, sum(s.expected_clicks)::bigint, sum(s.expected_impressions)::bigint, sum(s.clicks)::bigint, sum(s.impressions)::bigint
  from sides s
  group by s.level, s.ad_id, s.at
  having sum(s.expected_clicks) <> sum(s.clicks) or sum(s.expected_impressions) <> sum(s.impressions)
  order by 1, 3, 2;
end;

-- Makes the minutes of a range from raw events again, then the hours, days and totals above them. Readers go on; writers
-- wait, and add what they had stored but not committed afterwards.
create function rebuild_rollups_v1(since timestamptz, until timestamptz) returns integer
language plpgsql
set search_path = public, pg_temp
as $$
declare
  origin     constant timestamptz := '2000-01-01 00:00:00+00';
  first_hour timestamptz := date_bin('1 hour', since, origin);
  last_hour  timestamptz := date_bin('1 hour', until + interval '1 hour' - interval '1 microsecond', origin);
  first_day  timestamptz := date_bin('1 day', since, origin);
  last_day   timestamptz := date_bin('1 day', until + interval '1 day' - interval '1 microsecond', origin);
  touched    integer[];
  rebuilt    integer;
begin
  if since <> date_bin('1 minute', since, origin) or until <> date_bin('1 minute', until, origin) then
    raise exception 'a range is made of whole minutes' using errcode = 'invalid_parameter_value';
  end if;
  if since < raw_complete_from() then
    raise exception 'raw events are complete only from % on', raw_complete_from() using errcode = 'invalid_parameter_value';
  end if;
  lock table ad_minute_stats, ad_hour_stats, ad_day_stats, ad_totals in exclusive mode;
  touched := array(select distinct ad_id from ad_day_stats where day >= first_day and day < last_day
                   union select distinct ad_id from ad_hour_stats where hour >= first_hour and hour < last_hour
                   union select distinct ad_id from ad_minute_stats where minute >= since and minute < until);

  delete from ad_minute_stats where minute >= since and minute < until;
  insert into ad_minute_stats (ad_id, minute, shard, clicks, impressions)
  select ad_id, date_bin('1 minute', occurred_at, origin), 0, sum(click), sum(impression)
  from (
    select ad_id, occurred_at, 1 as click, 0 as impression from clicks where occurred_at >= since and occurred_at < until
    union all
    select ad_id, occurred_at, 0, 1 from impressions where occurred_at >= since and occurred_at < until
  ) as raw
  group by 1, 2;
  get diagnostics rebuilt = row_count;

  delete from ad_hour_stats where hour >= first_hour and hour < last_hour;
  insert into ad_hour_stats (ad_id, hour, shard, clicks, impressions)
  select ad_id, date_bin('1 hour', minute, origin), 0, sum(clicks), sum(impressions)
  from ad_minute_stats where minute >= first_hour and minute < last_hour
  group by 1, 2;

  delete from ad_day_stats where day >= first_day and day < last_day;
  insert into ad_day_stats (ad_id, day, shard, clicks, impressions)
  select ad_id, date_bin('1 day', hour, origin), 0, sum(clicks), sum(impressions)
  from ad_hour_stats where hour >= first_day and hour < last_day
  group by 1, 2;

  touched := touched || array(select distinct ad_id from ad_day_stats where day >= first_day and day < last_day);
  delete from ad_totals where ad_id = any (touched);
  insert into ad_totals (ad_id, shard, clicks, impressions)
  select ad_id, 0, sum(clicks), sum(impressions) from ad_day_stats where ad_id = any (touched) group by 1;
  return rebuilt;
end $$;

revoke all on function
  accept_ledger_v1(text, integer, bigint, bigint, boolean, text), raw_complete_from(),
  verify_rollups_v1(timestamptz, timestamptz), rebuild_rollups_v1(timestamptz, timestamptz)
from public;
