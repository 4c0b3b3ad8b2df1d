-- Stores the events of one type that may be repeats, and compares those that were not stored with what is there: the same event
-- again, or another one under its id. `fresh` says of each row whether the ledger has not passed it yet; only such rows enter its
-- sums. Rows come redelivered first, then by position. The counts of slices are parallel to outcome_slices.
create or replace function store_suspects_v2(
  of_type text, topics text[], partitions integer[], slices integer[], offsets bigint[], fresh boolean[],
  ids uuid[], ads integer[], occurred bigint[], received bigint[], ips inet[], agents integer[], playbacks float8[],
  texts text[], agent_ids integer[],
  out added_ads integer[], out added_minutes integer[], out added_counts integer[],
  out outcome_slices integer[], out duplicates bigint[], out conflicts bigint[], out recovered bigint[]
)
language plpgsql
-- The planner cannot know how many rows an array holds; a join of two of them must not be a nested loop.
set enable_nestloop = off
as $$
declare
  stored_ids     uuid[];
  stored_ads     integer[];
  stored_minutes integer[];
  known_ids      uuid[];
  known_ads      integer[];
  known_occurred timestamptz[];
  known_received timestamptz[];
  known_playback float8[];
  repeats        integer[];
  judged         integer[];
  same           boolean[];
begin
  if of_type = 'click' then
    select array_agg(id), array_agg(ad), array_agg(minute) into stored_ids, stored_ads, stored_minutes
    from insert_new_clicks_v2(ids, ads, occurred, received, ips, agents, playbacks, texts, agent_ids);
  else
    select array_agg(id), array_agg(ad), array_agg(minute) into stored_ids, stored_ads, stored_minutes
    from insert_new_impressions_v2(ids, ads, occurred, received, ips, agents, playbacks, texts, agent_ids);
  end if;
  select array_agg(ad), array_agg(minute), array_agg(count) into added_ads, added_minutes, added_counts
  from (
    select ad, minute, count(*)::integer as count
    from (select unnest(stored_ads) as ad, unnest(stored_minutes) as minute) as stored
    group by ad, minute
  ) as sums;
  if cardinality(stored_ids) = cardinality(ids) and not false = any (fresh) then
    return;
  end if;

  -- Of each id that was stored, its first row is the one that is.
  with ranked as (
    select batch.row, batch.slice, batch.fresh,
           stored.id is not null and row_number() over (partition by batch.id order by batch.row) = 1 as is_stored
    from (
      select unnest(ids) as id, generate_subscripts(ids, 1) as row, unnest(slices) as slice, unnest(fresh) as fresh
    ) as batch
    left join (select unnest(stored_ids) as id) as stored on stored.id = batch.id
  )
  select array_agg(row order by row) filter (where not is_stored),
         array_agg(slice) filter (where is_stored and not ranked.fresh)
  into repeats, outcome_slices
  from ranked;
  duplicates := array_fill(0::bigint, array[coalesce(cardinality(outcome_slices), 0)]);
  conflicts := duplicates;
  recovered := array_fill(1::bigint, array[coalesce(cardinality(outcome_slices), 0)]);
  if repeats is null then
    return;
  end if;

  if of_type = 'click' then
    select array_agg(id), array_agg(ad), array_agg(occurred_at), array_agg(received_at), array_agg(playback)
    into known_ids, known_ads, known_occurred, known_received, known_playback
    from known_clicks_v2(array(select ids[row] from unnest(repeats) as row));
  else
    select array_agg(id), array_agg(ad), array_agg(occurred_at), array_agg(received_at), array_agg(playback)
    into known_ids, known_ads, known_occurred, known_received, known_playback
    from known_impressions_v2(array(select ids[row] from unnest(repeats) as row));
  end if;
  select array_agg(row), array_agg(is_same) into judged, same
  from (
    select batch.row,
           first.ad = batch.ad
           and first.playback is not distinct from batch.playback
           and (first.occurred_at = batch.occurred_at or first.occurred_at = first.received_at or batch.occurred_at = batch.received_at) as is_same
    from (
      select rows.* from (
        select generate_subscripts(ids, 1) as row, unnest(ids) as id, unnest(ads) as ad, from_ms(unnest(occurred)) as occurred_at,
               from_ms(unnest(received)) as received_at, unnest(playbacks) as playback
      ) as rows join unnest(repeats) as repeat on repeat = rows.row
    ) as batch
    join (
      select unnest(known_ids) as id, unnest(known_ads) as ad, unnest(known_occurred) as occurred_at, unnest(known_received) as received_at,
             unnest(known_playback) as playback
    ) as first on first.id = batch.id
  ) as compared;
  if coalesce(cardinality(judged), 0) <> cardinality(repeats) then
    raise exception 'an event that was there is gone: retention ran in between' using errcode = 'serialization_failure';
  end if;

  insert into event_conflicts (topic, partition, "offset", type, event_id, ad_id, occurred_at, received_at, ip, user_agent, playback_time)
  select topics[slice], partitions[slice], batch."offset", of_type, id, ad, from_ms(occurred_ms), from_ms(received_ms), address, texts[agent], playback
  from (
    select generate_subscripts(ids, 1) as row, unnest(slices) as slice, unnest(offsets) as "offset", unnest(ids) as id, unnest(ads) as ad,
           unnest(occurred) as occurred_ms, unnest(received) as received_ms, unnest(ips) as address, unnest(agents) as agent,
           unnest(playbacks) as playback
  ) as batch
  join (select unnest(judged) as row, unnest(same) as same) as verdict on verdict.row = batch.row
  where not verdict.same
  order by 1, 2, 3
  on conflict do nothing;

  insert into event_repeats as known (type, event_id, duplicates, conflicts, last_received_at)
  select of_type, ids[verdict.row], count(*) filter (where verdict.same), count(*) filter (where not verdict.same), from_ms(max(received[verdict.row]))
  from (select unnest(judged) as row, unnest(same) as same) as verdict
  where fresh[verdict.row]
  group by ids[verdict.row] order by ids[verdict.row]
  on conflict (type, event_id) do update set
    duplicates = known.duplicates + excluded.duplicates,
    conflicts = known.conflicts + excluded.conflicts,
    last_received_at = greatest(known.last_received_at, excluded.last_received_at);

  select outcome_slices || array_agg(slice), duplicates || array_agg(same_count), conflicts || array_agg(other_count), recovered || array_agg(0::bigint)
  into outcome_slices, duplicates, conflicts, recovered
  from (
    select slices[verdict.row] as slice, count(*) filter (where verdict.same and fresh[verdict.row]) as same_count,
           count(*) filter (where not verdict.same and fresh[verdict.row]) as other_count
    from (select unnest(judged) as row, unnest(same) as same) as verdict
    group by 1
  ) as counted;
end $$;

revoke all on function
  store_suspects_v2(text, text[], integer[], integer[], bigint[], boolean[], uuid[], integer[], bigint[], bigint[], inet[], integer[], float8[], text[], integer[])
from public;
