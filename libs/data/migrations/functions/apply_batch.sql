-- Applies the records of one slice of each partition, all or nothing, any number of times.
--
-- A slice is the records of a partition from first_offset up to, not including, next_offset; last_times are the broker's
-- milliseconds of its last record, slice_rows how many rows below belong to it. Rows name their slice by its place (1, 2, ...).
--
-- Events come in two parts. Plain ones are those that the caller expects to be new, none of them below plain_from of its slice;
-- when one is known the statement fails with unique_violation, and the caller applies the batch again with all of them as suspects.
-- What plain events add to the rollups was summed up by the caller, in the four delta arrays. Suspects may be repeats. In each
-- part clicks come first, then impressions, each ordered by topic, partition, offset.
-- Rows name their user agent by its place in `texts`, which are different. Replays name the dead letters that rows of this batch repeat.
-- Slices come sorted by type, topic and partition.
--
-- Answers {"status": "applied", ...} with the counts of each slice (null: none), or, having written nothing, {"status": "gap", "gaps": [...]},
-- {"status": "redelivered", "positions": [...]} (plain events may be below these positions) or
-- {"status": "unknown_ads", "ads": [...], "rows": [[slice, offset], ...]} (ads of plain events, rows of suspects).
-- 64-bit numbers are strings. Arrays of rows may be null when they are empty: each that is not costs a small batch its 2 us.
--
-- SECURITY DEFINER: the writer's role can do this and nothing else. Everything that several connections may write is written in the
-- same order (ledger, events, repeats, dead letters; each by key), so that two of them wait for each other but hardly ever in a circle.
create or replace function apply_batch_v2(
  topics text[], partitions integer[], types text[], first_offsets bigint[], next_offsets bigint[], last_times bigint[], slice_rows integer[],
  plain_from bigint[], texts text[],
  plain_clicks integer, plain_ids uuid[], plain_ads integer[], plain_occurred bigint[], plain_received bigint[], plain_ips inet[],
  plain_agents integer[], plain_playbacks float8[],
  delta_ads integer[], delta_minutes integer[], delta_clicks integer[], delta_impressions integer[],
  suspect_clicks integer, slices integer[], offsets bigint[],
  ids uuid[], ads integer[], occurred bigint[], received bigint[], ips inet[], agents integer[], playbacks float8[],
  dead_slices integer[], dead_offsets bigint[], dead_reasons text[], dead_details text[],
  dead_ids uuid[], dead_keys bytea[], dead_values bytea[], dead_headers json[],
  replay_slices integer[], replayed_topics text[], replayed_partitions integer[], replayed_offsets bigint[]
) returns json
language plpgsql
security definer
set search_path = public, pg_temp
-- For all that is called from here: a small batch would spend a third of its time on plans, and the look-up of repeats in a
-- hundred partitions more than on its work. Each look-up goes by a key, also where a table was small when its plan was made.
set plan_cache_mode = force_generic_plan set enable_seqscan = off
as $$
declare
  count_of    constant integer := cardinality(topics);
  plain_count constant integer := coalesce(cardinality(plain_ids), 0);
  suspects    integer := coalesce(cardinality(ids), 0);
  positions   bigint[];
  reached    bigint;
  redelivered boolean := false;
  rows_given  bigint := 0;
  added       integer;
  clicks_given      integer := 0;
  impressions_given integer := 0;
  stored      boolean;
  gaps        jsonb;
  unknown     integer[];
  unknown_rows jsonb;
  agent_ids   integer[];
  fresh       boolean[];
  answer      record;
  place       integer;
  -- Per slice; null is zero.
  dead_counts      bigint[];
  duplicate_counts bigint[];
  conflict_counts  bigint[];
  recovered_counts bigint[];
  counts           bigint[];
begin
  -- Each call of a small batch pays for the start of each statement and expression below, about 10 and 1 us: there are few of them in
  -- the way of a batch of new events.
  -- 1. The books, and whether the slices continue them.
  for n in 1 .. count_of loop
    select next_offset into reached from ledger where topic = topics[n] and partition = partitions[n] for update of ledger;
    if reached is null then
      perform ensure_ledger_v1(topics, partitions);
      select next_offset into strict reached from ledger where topic = topics[n] and partition = partitions[n] for update of ledger;
    end if;
    positions[n] := reached;
    if first_offsets[n] <> reached then
      if first_offsets[n] > reached then
        gaps := coalesce(gaps, '[]') || jsonb_build_object('slice', n, 'expected', reached::text, 'found', first_offsets[n]::text);
      end if;
      redelivered := true;
    end if;
    -- A gap inside a slice would be a record that is not accounted for.
    rows_given := rows_given + slice_rows[n];
    if slice_rows[n] <> next_offsets[n] - first_offsets[n] then
      raise exception 'a slice does not have one row for each of its offsets' using errcode = 'AT001';
    end if;
    if n > 1 and (topics[n], partitions[n]) = (topics[n - 1], partitions[n - 1]) then
      raise exception 'the same partition is twice in a batch' using errcode = 'AT001';
    end if;
  end loop;
  if gaps is not null then
    return json_build_object('status', 'gap', 'gaps', gaps);
  end if;
  if rows_given <> plain_count + suspects + coalesce(cardinality(dead_offsets), 0) then
    raise exception 'a slice does not have one row for each of its offsets' using errcode = 'AT001';
  end if;
  if redelivered and plain_count > 0 then
    for n in 1 .. count_of loop
      if plain_from[n] < positions[n] then
        return json_build_object('status', 'redelivered', 'positions', positions::text[]);
      end if;
    end loop;
  end if;

  -- Suspects that the books know already come first; of these, a position that is a dead letter stays one, and so does one that
  -- repeated a dead letter.
  if suspects > 0 then
    duplicate_counts := array_fill(0::bigint, array[count_of]);
    conflict_counts := duplicate_counts;
    recovered_counts := duplicate_counts;
    if redelivered then
      with rows as (
        select unnest(ids) as id, generate_subscripts(ids, 1) as row, unnest(slices) as slice, unnest(offsets) as "offset",
               unnest(ads) as ad, unnest(occurred) as occurred_ms, unnest(received) as received_ms, unnest(ips) as ip,
               unnest(agents) as agent, unnest(playbacks) as playback
      ),
      kept as (
        select *, row > suspect_clicks as is_impression, "offset" >= positions[rows.slice] as is_fresh
        from rows
        where "offset" >= positions[rows.slice] or not exists (
          select from dead_letters as dead
          where dead.topic = topics[rows.slice] and dead.partition = partitions[rows.slice] and dead."offset" = rows."offset"
        ) and not exists (select from dead_letters as dead where dead.event_id = rows.id and dead.type = types[rows.slice])
        order by is_impression, is_fresh, row
      )
      select count(*) filter (where not is_impression), array_agg(is_fresh), array_agg(kept.slice), array_agg("offset"), array_agg(id), array_agg(ad),
             array_agg(occurred_ms), array_agg(received_ms), array_agg(ip), array_agg(agent), array_agg(playback)
      into suspect_clicks, fresh, slices, offsets, ids, ads, occurred, received, ips, agents, playbacks
      from kept;
      ids := coalesce(ids, '{}');
      suspects := cardinality(ids);
    else
      fresh := array_fill(true, array[suspects]);
    end if;
  end if;

  -- 2. Ads that do not exist (yet): the caller makes dead letters of their events, whose bytes it has. (offset 0: look each ad
  -- up by its key, however many there are; else a batch of one click reads all of them.)
  if exists (select from unnest(delta_ads || ads) as ad where not exists (select from public.ads where id = ad offset 0)) then
    unknown := array(
      select distinct ad from unnest(delta_ads || ads) as ad where not exists (select from public.ads where id = ad offset 0)
    );
    select jsonb_agg(jsonb_build_array(rows.slice, rows."offset"::text)) into unknown_rows
    from (select unnest(slices) as slice, unnest(offsets) as "offset", unnest(ads) as ad) as rows
    where rows.ad = any (unknown);
    return json_build_object('status', 'unknown_ads', 'ads', unknown, 'rows', coalesce(unknown_rows, '[]'));
  end if;

  -- 3. Events that are expected to be new. Where they belong is read under this lock.
  perform pg_advisory_xact_lock_shared(event_places_lock());
  if cardinality(texts) > 0 then
    agent_ids := user_agent_ids_v1(texts);
  end if;
  if plain_count > 0 then
    foreach added in array delta_clicks loop
      clicks_given := clicks_given + added;
    end loop;
    foreach added in array delta_impressions loop
      impressions_given := impressions_given + added;
    end loop;
    if clicks_given <> plain_clicks or impressions_given <> plain_count - plain_clicks then
      raise exception 'the deltas of a batch are not the sums of its events' using errcode = 'AT001';
    end if;
    if plain_clicks > 0 then
      stored := insert_clicks_v2(
        plain_ids[:plain_clicks], plain_ads[:plain_clicks], plain_occurred[:plain_clicks], plain_received[:plain_clicks],
        plain_ips[:plain_clicks], plain_agents[:plain_clicks], plain_playbacks[:plain_clicks], texts, agent_ids);
    end if;
    if plain_count > plain_clicks then
      plain_clicks := plain_clicks + 1;
      stored := insert_impressions_v2(
        plain_ids[plain_clicks:], plain_ads[plain_clicks:], plain_occurred[plain_clicks:], plain_received[plain_clicks:],
        plain_ips[plain_clicks:], plain_agents[plain_clicks:], plain_playbacks[plain_clicks:], texts, agent_ids);
    end if;
  end if;

  -- 4. Suspects: what is new is stored; what is not is compared with what was first.
  if suspects > 0 then
    for each_type in 1 .. 2 loop
      if each_type = 1 then
        continue when suspect_clicks = 0;
        select * into answer from store_suspects_v2(
          'click', topics, partitions, slices[:suspect_clicks], offsets[:suspect_clicks], fresh[:suspect_clicks],
          ids[:suspect_clicks], ads[:suspect_clicks], occurred[:suspect_clicks], received[:suspect_clicks],
          ips[:suspect_clicks], agents[:suspect_clicks], playbacks[:suspect_clicks], texts, agent_ids);
        delta_clicks := delta_clicks || answer.added_counts;
        delta_impressions := delta_impressions || array_fill(0, array[coalesce(cardinality(answer.added_counts), 0)]);
      else
        continue when suspects = suspect_clicks;
        suspect_clicks := suspect_clicks + 1;
        select * into answer from store_suspects_v2(
          'impression', topics, partitions, slices[suspect_clicks:], offsets[suspect_clicks:], fresh[suspect_clicks:],
          ids[suspect_clicks:], ads[suspect_clicks:], occurred[suspect_clicks:], received[suspect_clicks:],
          ips[suspect_clicks:], agents[suspect_clicks:], playbacks[suspect_clicks:], texts, agent_ids);
        delta_impressions := delta_impressions || answer.added_counts;
        delta_clicks := delta_clicks || array_fill(0, array[coalesce(cardinality(answer.added_counts), 0)]);
      end if;
      delta_ads := delta_ads || answer.added_ads;
      delta_minutes := delta_minutes || answer.added_minutes;
      for i in 1 .. coalesce(cardinality(answer.outcome_slices), 0) loop
        place := answer.outcome_slices[i];
        duplicate_counts[place] := duplicate_counts[place] + answer.duplicates[i];
        conflict_counts[place] := conflict_counts[place] + answer.conflicts[i];
        recovered_counts[place] := recovered_counts[place] + answer.recovered[i];
      end loop;
    end loop;
  end if;

  -- 5. What was really inserted.
  if cardinality(delta_ads) > 0 then
    insert into rollup_deltas (entries, ads, minutes, clicks, impressions)
    values (cardinality(delta_ads), delta_ads, delta_minutes, delta_clicks, delta_impressions);
  end if;

  -- 6. What could not be stored. A replay that ends here again replaces the dead letter that it repeats. Two batches with
  -- dead letters of one id must not both find that it has none.
  if cardinality(dead_offsets) > 0 or cardinality(replay_slices) > 0 then
    perform pg_advisory_xact_lock(hashtext('dead_letters'));
  end if;
  if cardinality(dead_offsets) > 0 then
    dead_counts := array_fill(0::bigint, array[count_of]);
    duplicate_counts := coalesce(duplicate_counts, dead_counts);
    for answer in select * from bury_v1(
      topics, partitions, types, last_times, positions, dead_slices, dead_offsets, dead_reasons, dead_details, dead_ids, dead_keys,
      dead_values, dead_headers, replayed_topics, replayed_partitions, replayed_offsets
    ) loop
      dead_counts[answer.slice] := answer.letters;
      duplicate_counts[answer.slice] := duplicate_counts[answer.slice] + answer.repeats;
    end loop;
  end if;
  if cardinality(replay_slices) > 0 then
    with replayed as (
      select dead.topic, dead.partition, dead."offset", from_ms(last_times[replay.slice]) as at
      from dead_letters as dead
      join (
        select min(named.slice) as slice, topic, partition, "offset"
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
  for n in 1 .. count_of loop
    counts[n] := greatest(next_offsets[n] - positions[n], 0)
      - coalesce(dead_counts[n], 0) - coalesce(duplicate_counts[n], 0) - coalesce(conflict_counts[n], 0);
    update ledger as book set
      next_offset = greatest(book.next_offset, next_offsets[n]),
      counted = book.counted + counts[n],
      duplicates = book.duplicates + coalesce(duplicate_counts[n], 0),
      conflicts = book.conflicts + coalesce(conflict_counts[n], 0),
      dead_letters = book.dead_letters + coalesce(dead_counts[n], 0),
      recovered = book.recovered + coalesce(recovered_counts[n], 0),
      complete_through = case when next_offsets[n] >= book.next_offset
        then greatest(book.complete_through, from_ms(last_times[n])) else book.complete_through end
    where book.topic = topics[n] and book.partition = partitions[n];
  end loop;
  return json_build_object(
    'status', 'applied', 'positions', positions::text[], 'counted', counts, 'duplicates', duplicate_counts,
    'conflicts', conflict_counts, 'dead_letters', dead_counts, 'recovered', recovered_counts);
end $$;

revoke all on function apply_batch_v2 from public;
grant execute on function apply_batch_v2 to click_writer;
