-- Rows that are expected to be new: one that is fails the statement (23505), and the batch is applied again with every row as a
-- possible repeat. Sorted by id, so that two writers never wait for each other in a circle. Where an id goes is told by
-- event_places; of one that may be known elsewhere, as an undated event or in a closed day, that is looked up.
-- `agents` are places in `texts` and `agent_ids`, see user_agent_ids_v1. The caller holds the lock of event_places.
create or replace function insert_clicks_v2(
  ids uuid[], ads integer[], occurred bigint[], received bigint[], ips inet[], agents integer[], playbacks float8[],
  texts text[], agent_ids integer[]
) returns boolean
language plpgsql
as $$
declare
  place record;
begin
  select *, not exists (select from unnest(ids) as id where not plain_ids @> id) as is_plain into strict place
  from event_places where events = 'clicks';
  if place.is_plain then
    insert into clicks (event_id, ad_id, occurred_at, received_at, ip, user_agent, user_agent_id, playback_time)
    select id, ad, from_ms(occurred_ms), from_ms(received_ms), address,
           case when agent_ids[agent] = 0 then texts[agent] end, nullif(agent_ids[agent], 0), playback
    from (
      select unnest(ids) as id, unnest(ads) as ad, unnest(occurred) as occurred_ms, unnest(received) as received_ms,
             unnest(ips) as address, unnest(agents) as agent, unnest(playbacks) as playback
      order by id
    ) as rows;
    return true;
  end if;

  if exists (
    select from unnest(ids) as id
    where not place.plain_ids @> id and exists (select from all_clicks as known where known.event_id = id offset 0)
  ) then
    raise exception 'an event of this batch is known' using errcode = 'unique_violation';
  end if;
  insert into clicks (event_id, ad_id, occurred_at, received_at, ip, user_agent, user_agent_id, playback_time)
  select id, ad, from_ms(occurred_ms), from_ms(received_ms), address,
         case when agent_ids[agent] = 0 then texts[agent] end, nullif(agent_ids[agent], 0), playback
  from (
    select unnest(ids) as id, unnest(ads) as ad, unnest(occurred) as occurred_ms, unnest(received) as received_ms,
           unnest(ips) as address, unnest(agents) as agent, unnest(playbacks) as playback
    order by id
  ) as rows
  where place.open_ids @> id;
  insert into clicks_undated (event_id, ad_id, occurred_at, received_at, ip, user_agent, user_agent_id, playback_time)
  select id, ad, from_ms(occurred_ms), from_ms(received_ms), address,
         case when agent_ids[agent] = 0 then texts[agent] end, nullif(agent_ids[agent], 0), playback
  from (
    select unnest(ids) as id, unnest(ads) as ad, unnest(occurred) as occurred_ms, unnest(received) as received_ms,
           unnest(ips) as address, unnest(agents) as agent, unnest(playbacks) as playback
    order by id
  ) as rows
  where not place.open_ids @> id;
  return true;
end $$;

-- Rows that may be repeats: inserts those that are not there, and returns them with their minutes since 1970. Sorted by id and then
-- by row: of two rows with one id the first wins.
create or replace function insert_new_clicks_v2(
  ids uuid[], ads integer[], occurred bigint[], received bigint[], ips inet[], agents integer[], playbacks float8[],
  texts text[], agent_ids integer[]
) returns table (id uuid, ad integer, minute integer)
language plpgsql
as $$
declare
  place event_places;
begin
  select * into strict place from event_places where events = 'clicks';
  return query
  insert into clicks as stored (event_id, ad_id, occurred_at, received_at, ip, user_agent, user_agent_id, playback_time)
  select rows.id, rows.ad, from_ms(occurred_ms), from_ms(received_ms), address,
         case when agent_ids[agent] = 0 then texts[agent] end, nullif(agent_ids[agent], 0), playback
  from (
    select unnest(ids) as id, generate_subscripts(ids, 1) as row, unnest(ads) as ad, unnest(occurred) as occurred_ms,
           unnest(received) as received_ms, unnest(ips) as address, unnest(agents) as agent, unnest(playbacks) as playback
    order by 1, 2
  ) as rows
  where place.plain_ids @> rows.id
     or (place.open_ids @> rows.id and not exists (select from all_clicks as known where known.event_id = rows.id offset 0))
  on conflict (event_id) do nothing
  returning stored.event_id, stored.ad_id, floor(date_part('epoch', stored.occurred_at) / 60)::integer;

  if not exists (select from unnest(ids) as each where not place.open_ids @> each) then
    return;
  end if;
  return query
  insert into clicks_undated as stored (event_id, ad_id, occurred_at, received_at, ip, user_agent, user_agent_id, playback_time)
  select rows.id, rows.ad, from_ms(occurred_ms), from_ms(received_ms), address,
         case when agent_ids[agent] = 0 then texts[agent] end, nullif(agent_ids[agent], 0), playback
  from (
    select unnest(ids) as id, generate_subscripts(ids, 1) as row, unnest(ads) as ad, unnest(occurred) as occurred_ms,
           unnest(received) as received_ms, unnest(ips) as address, unnest(agents) as agent, unnest(playbacks) as playback
    order by 1, 2
  ) as rows
  where not place.open_ids @> rows.id and not exists (select from all_clicks as known where known.event_id = rows.id offset 0)
  on conflict (event_id) do nothing
  returning stored.event_id, stored.ad_id, floor(date_part('epoch', stored.occurred_at) / 60)::integer;
end $$;

-- What is stored under these ids, as far as it decides between a duplicate and a conflict.
create or replace function known_clicks_v2(ids uuid[])
returns table (id uuid, ad integer, occurred_at timestamptz, received_at timestamptz, playback float8)
language plpgsql stable
as $$
declare
  lowest  uuid := (select each from unnest(ids) as each order by each limit 1);
  highest uuid := (select each from unnest(ids) as each order by each desc limit 1);
begin
  return query
  select known.event_id, known.ad_id, known.occurred_at, known.received_at, known.playback_time
  from (select distinct unnest(ids) as id) as wanted
  cross join lateral (
    -- The bounds let the plan leave out partitions before it starts; offset 0 keeps it a look-up by key.
    select * from all_clicks as event where event.event_id = wanted.id and event.event_id between lowest and highest offset 0
  ) as known;
end $$;

revoke all on function
  insert_clicks_v2(uuid[], integer[], bigint[], bigint[], inet[], integer[], float8[], text[], integer[]),
  insert_new_clicks_v2(uuid[], integer[], bigint[], bigint[], inet[], integer[], float8[], text[], integer[]),
  known_clicks_v2(uuid[])
from public;
