-- Where rollups are not the sums of what they were made from: minutes against raw events, hours against
-- minutes, days against hours, totals against days; what is not folded is part of each. One statement, hence one snapshot: writers may
-- go on. Minutes and hours that retention has removed are not compared, nor what was made of them.
create or replace function verify_rollups_v1(since timestamptz, until timestamptz)
returns table (level text, ad_id integer, at timestamptz, expected_clicks bigint, expected_impressions bigint, clicks bigint, impressions bigint)
language sql stable
set search_path = public, pg_temp
begin atomic
  with
  kept as (
    select coalesce(minutes_removed_before, '-infinity') as minutes_from, coalesce(hours_removed_before, '-infinity') as hours_from from retention
  ),
  raw as (
    select each.ad_id, date_bin('1 minute', each.occurred_at, '2000-01-01 00:00:00+00') as at, sum(each.click) as clicks, sum(each.impression) as impressions
    from (
      select c.ad_id, c.occurred_at, 1 as click, 0 as impression from all_clicks c, kept where c.occurred_at >= greatest(since, minutes_from) and c.occurred_at < until
      union all
      select i.ad_id, i.occurred_at, 0, 1 from all_impressions i, kept where i.occurred_at >= greatest(since, minutes_from) and i.occurred_at < until
    ) as each
    group by 1, 2
  ),
  minutes as (
    select m.ad_id, m.minute as at, sum(m.clicks) as clicks, sum(m.impressions) as impressions
    from ad_minute_counts m, kept where m.minute >= greatest(since, minutes_from) and m.minute < until group by 1, 2
  ),
  minutes_by_hour as (
    select m.ad_id, date_bin('1 hour', m.minute, '2000-01-01 00:00:00+00') as at, sum(m.clicks) as clicks, sum(m.impressions) as impressions
    from ad_minute_counts m, kept where m.minute >= minutes_from group by 1, 2
  ),
  hours as (
    select h.ad_id, h.hour as at, sum(h.clicks) as clicks, sum(h.impressions) as impressions from ad_hour_counts h, kept where h.hour >= hours_from group by 1, 2
  ),
  hours_by_day as (
    select h.ad_id, date_bin('1 day', h.at, '2000-01-01 00:00:00+00') as at, sum(h.clicks) as clicks, sum(h.impressions) as impressions
    from hours h group by 1, 2
  ),
  days as (
    select d.ad_id, d.day as at, sum(d.clicks) as clicks, sum(d.impressions) as impressions from ad_day_counts d group by 1, 2
  ),
  all_days as (
    select d.ad_id, null::timestamptz as at, sum(d.clicks) as clicks, sum(d.impressions) as impressions from days d group by 1
  ),
  totals as (
    select t.ad_id, null::timestamptz as at, sum(t.clicks) as clicks, sum(t.impressions) as impressions from ad_total_counts t group by 1
  ),
  -- Each level once as expected and once as stored.
  sides as (
    select 'minute' as level, r.ad_id, r.at, r.clicks as expected_clicks, r.impressions as expected_impressions, 0 as clicks, 0 as impressions from raw r
    union all select 'minute', m.ad_id, m.at, 0, 0, m.clicks, m.impressions from minutes m
    union all select 'hour', m.ad_id, m.at, m.clicks, m.impressions, 0, 0 from minutes_by_hour m
    union all select 'hour', h.ad_id, h.at, 0, 0, h.clicks, h.impressions from hours h, kept where h.at >= minutes_from
    union all select 'day', h.ad_id, h.at, h.clicks, h.impressions, 0, 0 from hours_by_day h
    union all select 'day', d.ad_id, d.at, 0, 0, d.clicks, d.impressions from days d, kept where d.at >= hours_from
    union all select 'total', d.ad_id, d.at, d.clicks, d.impressions, 0, 0 from all_days d
    union all select 'total', t.ad_id, t.at, 0, 0, t.clicks, t.impressions from totals t
  )
  select s.level, s.ad_id, s.at, sum(s.expected_clicks)::bigint, sum(s.expected_impressions)::bigint, sum(s.clicks)::bigint, sum(s.impressions)::bigint
  from sides s
  group by s.level, s.ad_id, s.at
  having sum(s.expected_clicks) <> sum(s.clicks) or sum(s.expected_impressions) <> sum(s.impressions)
  order by 1, 3, 2;
end;


revoke all on function verify_rollups_v1(timestamptz, timestamptz) from public;
