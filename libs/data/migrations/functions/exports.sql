-- What the export of a day reads: what is known of the day, and its events page by page.

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

-- The events of [since, until) in the order of (occurred_at, event_id), those after a position of it. Each page is a statement
-- of its own: a slow reader holds no snapshot, which would keep the database from cleaning up.
create or replace function export_page_v1(events text, since timestamptz, until timestamptz, after_id uuid, page integer)
returns table (
  event_id uuid, ad_id integer, occurred_ms double precision, received_ms double precision,
  ip text, user_agent text, playback_time double precision
)
language plpgsql stable
set timezone = 'UTC' set jit = off set max_parallel_workers_per_gather = 0
-- The index has the times in order: from there, a page costs its rows and a look at each partition. Whatever begins with all
-- rows of the day would do so for each page.
set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_bitmapscan = off
as $$
#variable_conflict use_column
begin
  if events = 'clicks' then
    return query
    select e.event_id, e.ad_id, extract(epoch from e.occurred_at)::float8 * 1000, extract(epoch from e.received_at)::float8 * 1000,
           host(e.ip), e.user_agent, e.playback_time
    from all_clicks e
    where occurred_at >= since and occurred_at < until and (after_id is null or (occurred_at, event_id) > (since, after_id))
    order by occurred_at, event_id limit page;
  else
    return query
    select e.event_id, e.ad_id, extract(epoch from e.occurred_at)::float8 * 1000, extract(epoch from e.received_at)::float8 * 1000,
           host(e.ip), e.user_agent, e.playback_time
    from all_impressions e
    where occurred_at >= since and occurred_at < until and (after_id is null or (occurred_at, event_id) > (since, after_id))
    order by occurred_at, event_id limit page;
  end if;
end $$;

revoke all on function
  export_day_v1(text, timestamptz), export_page_v1(text, timestamptz, timestamptz, uuid, integer)
from public;
grant execute on function
  raw_complete_from(), export_day_v1(text, timestamptz), export_page_v1(text, timestamptz, timestamptz, uuid, integer)
to ads_api;
