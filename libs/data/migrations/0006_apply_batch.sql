-- The writer's one statement. Several statements inside, each of which sees what the ones before it did: a single
-- data-modifying CTE has one snapshot for all of its parts, and could not tell its own rows from older ones.
--
-- SECURITY DEFINER: the writer's role can do this and nothing else. It cannot touch an event, a count or a book by hand.
-- Everything that several connections may write is written in the same order (ledger, clicks, their repeats, impressions,
-- their repeats, rollups, dead letters; each by key), so that two of them wait for each other but never in a circle.

-- A number for this connection, free again when the session ends. It spares waiting; correctness does not depend on it.
create function claim_shard() returns smallint
language plpgsql
as $$
declare
  shard smallint := nullif(current_setting('ads.shard', true), '');
begin
  if shard is null then
    shard := 0;
    while not pg_try_advisory_lock(20260707, shard) loop
      shard := shard + 1;
    end loop;
    perform set_config('ads.shard', shard::text, false);
  end if;
  return shard;
end $$;

create function from_ms(ms bigint) returns timestamptz
language sql immutable strict parallel safe
-- Exact: a double holds the seconds of this age to less than a microsecond.
return to_timestamp(ms / 1000::float8);

create function ensure_ledger_v1(topics text[], partitions integer[]) returns void
language sql security definer
set search_path = public, pg_temp
begin atomic
  insert into ledger (topic, partition)
  select distinct topic, partition from (select unnest(topics) as topic, unnest(partitions) as partition) as wanted
  order by topic, partition
  on conflict do nothing;
end;

-- Both event tables are written by the same code: @events@ is clicks or impressions, @type@ is click or impression.
do $generate$
declare
  source text;
  target record;
begin
  foreach source in array array[$store$
    -- Inserts the rows that are not there yet, and says which ids these were and what they add up to, per ad and minute.
    -- Sorted by id and then by row: of two rows with one id the first wins, as rows come redelivered first, then by position.
    create function store_@events@_v1(
      ids uuid[], ads integer[], occurred bigint[], received bigint[], ips inet[], agents text[], playbacks float8[],
      out stored uuid[], out minute_ads integer[], out minutes timestamptz[], out counts bigint[]
    )
    language plpgsql
    as $$
    begin
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
    end $$;
  $store$, $settle$
    -- Compares the rows that were not stored with those that are: the same event again, or another under its id.
    -- `fresh` says of each row whether the ledger has not seen it yet; only such rows enter the sums.
    create function settle_@events@_v1(
      stored_ids uuid[], topics text[], partitions integer[], slices integer[], offsets bigint[], fresh boolean[],
      ids uuid[], ads integer[], occurred bigint[], received bigint[], ips inet[], agents text[], playbacks float8[]
    ) returns table (slice integer, judged bigint, duplicates bigint, conflicts bigint, recovered bigint)
    language plpgsql
    -- The planner cannot know how many rows an array holds; the one join that would suffer must not be a nested loop.
    set enable_nestloop = off
    as $$
    #variable_conflict use_column
    declare
      lowest  uuid := (select id from unnest(ids) as id order by id limit 1);
      highest uuid := (select id from unnest(ids) as id order by id desc limit 1);
    begin
      return query
      -- Narrow rows first: most of them are stored, and only the others are looked at whole.
      with ranked as (
        select batch.row, batch.slice, batch.fresh,
               stored.id is not null and row_number() over (partition by batch.id order by batch.row) = 1 as is_stored
        from (
          select unnest(ids) as id, generate_subscripts(ids, 1) as row, unnest(slices) as slice, unnest(fresh) as fresh
        ) as batch
        left join (select unnest(stored_ids) as id) as stored on stored.id = batch.id
      ),
      batch as (
        select unnest(ids) as id, generate_subscripts(ids, 1) as row, unnest(slices) as slice, unnest(offsets) as "offset",
               unnest(fresh) as fresh, unnest(ads) as ad, from_ms(unnest(occurred)) as occurred_at, from_ms(unnest(received)) as received_at,
               unnest(ips) as ip, unnest(agents) as agent, unnest(playbacks) as playback
      ),
      picked as materialized (
        select batch.* from batch join (select row from ranked where not is_stored) as unstored using (row)
      ),
      others as materialized (
        select picked.*,
               first.ad_id = ad
               and first.playback_time is not distinct from playback
               and (first.occurred_at = picked.occurred_at or first.occurred_at = first.received_at or picked.occurred_at = picked.received_at) as same
        from picked
        cross join lateral (
          -- The bounds let the plan leave out partitions before it starts; offset 0 keeps it a look-up by key.
          select * from @events@ as known where known.event_id = picked.id and known.event_id between lowest and highest offset 0
        ) as first
      ),
      kept as (
        insert into event_conflicts (topic, partition, "offset", type, event_id, ad_id, occurred_at, received_at, ip, user_agent, playback_time)
        select topics[others.slice], partitions[others.slice], others."offset", '@type@', id, ad, occurred_at, received_at, ip, agent, playback
        from others where not same
        order by 1, 2, 3
        on conflict do nothing
      ),
      repeated as (
        insert into event_repeats as known (type, event_id, duplicates, conflicts, last_received_at)
        select '@type@', id, count(*) filter (where same), count(*) filter (where not same), max(received_at)
        from others where others.fresh
        group by id order by id
        on conflict (type, event_id) do update set
          duplicates = known.duplicates + excluded.duplicates,
          conflicts = known.conflicts + excluded.conflicts,
          last_received_at = greatest(known.last_received_at, excluded.last_received_at)
      )
      select each.slice, count(*), count(*) filter (where each.same and each.fresh), count(*) filter (where not each.same and each.fresh), 0::bigint
      from others as each group by each.slice
      union all
      select each.slice, 0, 0, 0, count(*) from ranked as each where is_stored and not each.fresh group by each.slice;
    end $$;
  $settle$] loop
    for target in select * from (values ('clicks', 'click'), ('impressions', 'impression')) as each (events, type) loop
      execute replace(replace(source, '@events@', target.events), '@type@', target.type);
    end loop;
  end loop;
end $generate$;

-- What was stored, added to the four steps of the ladder. The sums of a step are made from the rows of the one below.
create function add_rollups_v1(own_shard smallint, ads integer[], at timestamptz[], click_counts bigint[], impression_counts bigint[]) returns void
language plpgsql
as $$
begin
  insert into ad_minute_stats as known (ad_id, minute, shard, clicks, impressions)
  select ad, minute, own_shard, sum(click_count), sum(impression_count)
  from (select unnest(ads) as ad, unnest(at) as minute, unnest(click_counts) as click_count, unnest(impression_counts) as impression_count) as added
  group by minute, ad order by minute, ad
  on conflict (ad_id, minute, shard) do update set
    clicks = known.clicks + excluded.clicks, impressions = known.impressions + excluded.impressions;

  insert into ad_hour_stats as known (ad_id, hour, shard, clicks, impressions)
  select ad, date_bin('1 hour', minute, '2000-01-01 00:00:00+00') as hour, own_shard, sum(click_count), sum(impression_count)
  from (select unnest(ads) as ad, unnest(at) as minute, unnest(click_counts) as click_count, unnest(impression_counts) as impression_count) as added
  group by hour, ad order by hour, ad
  on conflict (ad_id, hour, shard) do update set
    clicks = known.clicks + excluded.clicks, impressions = known.impressions + excluded.impressions;

  insert into ad_day_stats as known (ad_id, day, shard, clicks, impressions)
  select ad, date_bin('1 day', minute, '2000-01-01 00:00:00+00') as day, own_shard, sum(click_count), sum(impression_count)
  from (select unnest(ads) as ad, unnest(at) as minute, unnest(click_counts) as click_count, unnest(impression_counts) as impression_count) as added
  group by day, ad order by day, ad
  on conflict (ad_id, day, shard) do update set
    clicks = known.clicks + excluded.clicks, impressions = known.impressions + excluded.impressions;

  insert into ad_totals as known (ad_id, shard, clicks, impressions)
  select ad, own_shard, sum(click_count), sum(impression_count)
  from (select unnest(ads) as ad, unnest(click_counts) as click_count, unnest(impression_counts) as impression_count) as added
  group by ad order by ad
  on conflict (ad_id, shard) do update set
    clicks = known.clicks + excluded.clicks, impressions = known.impressions + excluded.impressions;
end $$;

-- Locks the books of these partitions, in one order for everybody, and gives their next offsets in the order of the arguments.
create function lock_ledger_v1(topics text[], partitions integer[]) returns bigint[]
language plpgsql
as $$
declare
  positions bigint[];
  books     integer;
begin
  for attempt in 1 .. 2 loop
    select array_agg(next_offset order by n), count(distinct (topic, partition)) into positions, books
    from (
      select n, topic, partition, next_offset
      from (select unnest(topics) as topic, unnest(partitions) as partition, generate_subscripts(topics, 1) as n) as wanted
      join ledger using (topic, partition)
      order by topic, partition
      for update of ledger
    ) as locked;
    if books = cardinality(topics) then
      return positions;
    end if;
    perform ensure_ledger_v1(topics, partitions);
  end loop;
  raise exception 'the same partition is twice in a batch' using errcode = 'AT001';
end $$;

-- Applies the records of one slice of each partition, all or nothing, any number of times.
--
-- A slice is the records of a partition from first_offset up to, not including, next_offset; last_times are the broker's
-- milliseconds of its last record, slice_rows how many rows below belong to it. Rows name their slice by its place (1, 2, ...).
-- Events: the first click_rows are clicks, the others impressions; each part ordered by topic, partition, offset.
-- Replays name the dead letters that rows of this batch repeat.
--
-- Answers {"status": "applied", "slices": [...]}, or, having written nothing, {"status": "gap", "gaps": [...]} or
-- {"status": "unknown_ads", "rows": [[slice, offset], ...]}. 64-bit numbers are strings.
create function apply_batch_v1(
  topics text[], partitions integer[], types text[], first_offsets bigint[], next_offsets bigint[], last_times bigint[], slice_rows integer[],
  click_rows integer, slices integer[], offsets bigint[],
  ids uuid[], ads integer[], occurred bigint[], received bigint[], ips inet[], agents text[], playbacks float8[],
  dead_slices integer[], dead_offsets bigint[], dead_reasons text[], dead_details text[],
  dead_ids uuid[], dead_keys bytea[], dead_values bytea[], dead_headers json[],
  replay_slices integer[], replayed_topics text[], replayed_partitions integer[], replayed_offsets bigint[]
) returns jsonb
language plpgsql
security definer
set search_path = public, pg_temp
-- For all that is called from here: a small batch would spend a third of its time on plans, and the look-up of repeats in a
-- hundred partitions more than on its work.
set plan_cache_mode = force_generic_plan
as $$
declare
  count_of    constant integer := cardinality(topics);
  positions   bigint[];
  redelivered boolean;
  fresh       boolean[];
  answer      jsonb;
  clicked     record;
  shown       record;
  each        record;
  judged      bigint := 0;
  duplicate_counts bigint[] := array_fill(0::bigint, array[count_of]);
  conflict_counts  bigint[] := duplicate_counts;
  recovered_counts bigint[] := duplicate_counts;
begin
  -- 1. The books, and whether the slices continue them.
  positions := lock_ledger_v1(topics, partitions);
  select jsonb_agg(jsonb_build_object('slice', n, 'expected', positions[n]::text, 'found', first_offsets[n]::text)) into answer
  from generate_series(1, count_of) as n where first_offsets[n] > positions[n];
  if answer is not null then
    return jsonb_build_object('status', 'gap', 'gaps', answer);
  end if;
  -- A hole inside a slice would be a record that nobody accounts for.
  if exists (select from generate_series(1, count_of) as n where slice_rows[n] <> next_offsets[n] - first_offsets[n])
     or (select sum(rows) from unnest(slice_rows) as rows) <> cardinality(ids) + cardinality(dead_offsets) then
    raise exception 'a slice does not have one row for each of its offsets' using errcode = 'AT001';
  end if;

  -- Records that the books know already come first; of these, a position that is a dead letter stays one.
  redelivered := exists (select from generate_series(1, count_of) as n where first_offsets[n] < positions[n]);
  if redelivered then
    with rows as (
      select unnest(ids) as id, generate_subscripts(ids, 1) as row, unnest(slices) as slice, unnest(offsets) as "offset",
             unnest(ads) as ad, unnest(occurred) as occurred_ms, unnest(received) as received_ms, unnest(ips) as ip,
             unnest(agents) as agent, unnest(playbacks) as playback
    ),
    kept as (
      select *, row > click_rows as is_impression, "offset" >= positions[slice] as is_fresh
      from rows
      where "offset" >= positions[slice] or not exists (
        select from dead_letters as dead
        where dead.topic = topics[slice] and dead.partition = partitions[slice] and dead."offset" = rows."offset"
      )
      order by is_impression, is_fresh, row
    )
    select count(*) filter (where not is_impression), array_agg(is_fresh), array_agg(slice), array_agg("offset"), array_agg(id), array_agg(ad),
           array_agg(occurred_ms), array_agg(received_ms), array_agg(ip), array_agg(agent), array_agg(playback)
    into click_rows, fresh, slices, offsets, ids, ads, occurred, received, ips, agents, playbacks
    from kept;
    ids := coalesce(ids, '{}');
  end if;

  -- 2. Ads that do not exist (yet): the caller makes dead letters of these rows, whose bytes it has. (offset 0: look each ad
  -- up by its key, however many there are; else a batch of one click reads all of them.)
  if exists (select from (select distinct unnest(ads) as ad) as named where not exists (select from public.ads where id = named.ad offset 0)) then
    select jsonb_agg(jsonb_build_array(slice, "offset"::text) order by row) into answer
    from (select unnest(slices) as slice, unnest(offsets) as "offset", unnest(ads) as ad, generate_subscripts(ads, 1) as row) as rows
    where not exists (select from public.ads where id = rows.ad offset 0);
    return jsonb_build_object('status', 'unknown_ads', 'rows', answer);
  end if;

  -- 3. and 4. What is new is stored; what is not is compared with what was first.
  select * into clicked from store_clicks_v1(
    ids[:click_rows], ads[:click_rows], occurred[:click_rows], received[:click_rows], ips[:click_rows], agents[:click_rows], playbacks[:click_rows]);
  if redelivered or cardinality(clicked.stored) < click_rows then
    fresh := coalesce(fresh, array_fill(true, array[cardinality(ids)]));
    for each in select * from settle_clicks_v1(
      clicked.stored, topics, partitions, slices[:click_rows], offsets[:click_rows], fresh[:click_rows], ids[:click_rows], ads[:click_rows],
      occurred[:click_rows], received[:click_rows], ips[:click_rows], agents[:click_rows], playbacks[:click_rows]
    ) loop
      judged := judged + each.judged;
      duplicate_counts[each.slice] := duplicate_counts[each.slice] + each.duplicates;
      conflict_counts[each.slice] := conflict_counts[each.slice] + each.conflicts;
      recovered_counts[each.slice] := recovered_counts[each.slice] + each.recovered;
    end loop;
  end if;

  click_rows := click_rows + 1;
  select * into shown from store_impressions_v1(
    ids[click_rows:], ads[click_rows:], occurred[click_rows:], received[click_rows:], ips[click_rows:], agents[click_rows:], playbacks[click_rows:]);
  if redelivered or cardinality(shown.stored) < cardinality(ids) - click_rows + 1 then
    fresh := coalesce(fresh, array_fill(true, array[cardinality(ids)]));
    for each in select * from settle_impressions_v1(
      shown.stored, topics, partitions, slices[click_rows:], offsets[click_rows:], fresh[click_rows:], ids[click_rows:], ads[click_rows:],
      occurred[click_rows:], received[click_rows:], ips[click_rows:], agents[click_rows:], playbacks[click_rows:]
    ) loop
      judged := judged + each.judged;
      duplicate_counts[each.slice] := duplicate_counts[each.slice] + each.duplicates;
      conflict_counts[each.slice] := conflict_counts[each.slice] + each.conflicts;
      recovered_counts[each.slice] := recovered_counts[each.slice] + each.recovered;
    end loop;
  end if;

  if cardinality(clicked.stored) + cardinality(shown.stored) + judged <> cardinality(ids) then
    raise exception 'an event that was there is gone: retention ran in between' using errcode = 'serialization_failure';
  end if;

  -- 5. What was really inserted.
  if cardinality(clicked.stored) + cardinality(shown.stored) > 0 then
    perform add_rollups_v1(
      claim_shard(),
      clicked.minute_ads || shown.minute_ads,
      clicked.minutes || shown.minutes,
      clicked.counts || array_fill(0::bigint, array[cardinality(shown.counts)]),
      array_fill(0::bigint, array[cardinality(clicked.counts)]) || shown.counts);
  end if;

  -- 6. What could not be stored. A replay that ends here again replaces the dead letter that it repeats.
  if cardinality(dead_offsets) > 0 then
    insert into dead_letters (topic, partition, "offset", type, reason, detail, event_id, key, value, headers, arrived_at)
    select topics[slice], partitions[slice], dead."offset", types[slice], reason, detail, id, key, value, headers, from_ms(last_times[slice])
    from (
      select unnest(dead_slices) as slice, unnest(dead_offsets) as "offset", unnest(dead_reasons) as reason, unnest(dead_details) as detail,
             unnest(dead_ids) as id, unnest(dead_keys) as key, unnest(dead_values) as value, unnest(dead_headers) as headers
    ) as dead
    order by 1, 2, 3
    on conflict do nothing;
  end if;
  if cardinality(replay_slices) > 0 then
    with replayed as (
      select dead.topic, dead.partition, dead."offset", from_ms(last_times[replay.slice]) as at
      from dead_letters as dead
      join (
        select min(slice) as slice, topic, partition, "offset"
        from (select unnest(replay_slices) as slice, unnest(replayed_topics) as topic, unnest(replayed_partitions) as partition,
                     unnest(replayed_offsets) as "offset") as named
        group by topic, partition, "offset"
      ) as replay using (topic, partition, "offset")
      where dead.replayed_at is null
      order by dead.topic, dead.partition, dead."offset"
      for update of dead
    )
    update dead_letters as dead set replayed_at = replayed.at
    from replayed
    where (dead.topic, dead.partition, dead."offset") = (replayed.topic, replayed.partition, replayed."offset");
  end if;

  -- 7. The books. Only records that they did not know enter the sums.
  with moved as (
    select topics[n] as topic, partitions[n] as partition, n, greatest(next_offsets[n], positions[n]) as next_offset,
           next_offsets[n] >= positions[n] as is_ahead,
           greatest(next_offsets[n] - positions[n], 0) as records,
           (select count(*) from (select unnest(dead_slices) as slice, unnest(dead_offsets) as "offset") as dead
            where dead.slice = n and dead."offset" >= positions[n]) as dead_letters
    from generate_series(1, count_of) as n
  ),
  entered as (
    update ledger as book set
      next_offset = moved.next_offset,
      counted = book.counted + moved.records - moved.dead_letters - duplicate_counts[n] - conflict_counts[n],
      duplicates = book.duplicates + duplicate_counts[n],
      conflicts = book.conflicts + conflict_counts[n],
      dead_letters = book.dead_letters + moved.dead_letters,
      recovered = book.recovered + recovered_counts[n],
      complete_through = case when is_ahead then greatest(book.complete_through, from_ms(last_times[n])) else book.complete_through end
    from moved where (book.topic, book.partition) = (moved.topic, moved.partition)
    returning n, book.next_offset, moved.records - moved.dead_letters - duplicate_counts[n] - conflict_counts[n] as counted, moved.dead_letters
  )
  select jsonb_agg(jsonb_build_object(
    'slice', n, 'next_offset', next_offset::text, 'counted', counted, 'duplicates', duplicate_counts[n], 'conflicts', conflict_counts[n],
    'dead_letters', dead_letters, 'recovered', recovered_counts[n]) order by n) into answer
  from entered;
  return jsonb_build_object('status', 'applied', 'slices', answer);
end $$;

-- Sets the mark of every partition that is read to its end, and names those whose log is shorter than their book: the
-- caller asks for the end again before it believes that, as a batch may have been applied since. A partition that is being
-- written right now is left out: its batch moves the mark itself.
create function advance_complete_through_v1(at bigint, topics text[], partitions integer[], ends bigint[]) returns jsonb
language sql security definer
set search_path = public, pg_temp
begin atomic
  with reported as (
    select unnest(topics) as topic, unnest(partitions) as partition, unnest(ends) as log_end
  ),
  locked as (
    select topic, partition, next_offset, log_end
    from ledger join reported using (topic, partition)
    order by topic, partition
    for update of ledger skip locked
  ),
  advanced as (
    update ledger set complete_through = greatest(ledger.complete_through, from_ms(at))
    from locked
    where (ledger.topic, ledger.partition) = (locked.topic, locked.partition) and locked.next_offset = locked.log_end
  )
  select coalesce(jsonb_agg(jsonb_build_object(
    'topic', topic, 'partition', partition, 'next_offset', next_offset::text, 'end', log_end::text)), '[]')
  from locked where next_offset > log_end;
end;
