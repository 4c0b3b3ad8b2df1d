-- `counted` comes from the transactions that stored the events, and events are only ever added while a day is kept: two
-- exports of a day with the same count have the same rows. `first_day`: the first of which no event was removed, at its start.
create or replace function export_day_v1(
  events text, of_day timestamptz,
  out counted bigint, out as_of timestamptz, out complete_through timestamptz, out first_day timestamptz
)
language sql stable
begin atomic
  select (select coalesce(sum(case events when 'clicks' then d.clicks else d.impressions end), 0)::bigint from ad_day_counts d where d.day = of_day),
         date_trunc('milliseconds', now()),
         l.complete_through,
         (select date_bin('1 day', raw_complete_from() + interval '1 day' - interval '1 microsecond', '2000-01-01 00:00:00+00')
          from retention where removed_before is not null)
  from ledger_position_v1() l;
end;

