-- An event id is a dead letter once. What comes again under it, as a client's retries do, is a duplicate in the books and a
-- number in the row of the letter that waits. Bytes without an id that can be read are one letter for each record.

alter table dead_letters add column repeats bigint not null default 0;

-- Stores dead letters, and says of each slice how many records are letters and how many repeat one; only records that the
-- books do not know are counted. A letter waits while it was not replayed and no record of this batch is its replay.
create function bury_v1(
  topics text[], partitions integer[], types text[], last_times bigint[], positions bigint[],
  dead_slices integer[], dead_offsets bigint[], dead_reasons text[], dead_details text[],
  dead_ids uuid[], dead_keys bytea[], dead_values bytea[], dead_headers json[],
  replayed_topics text[], replayed_partitions integer[], replayed_offsets bigint[]
) returns table (slice integer, letters bigint, repeats bigint)
language plpgsql
as $$
#variable_conflict use_column
begin
  return query
  with dead as (
    select topics[each.slice] as topic, partitions[each.slice] as partition, types[each.slice] as type,
           each."offset" >= positions[each.slice] as is_fresh, each.*
    from (
      select unnest(dead_slices) as slice, unnest(dead_offsets) as "offset", unnest(dead_reasons) as reason, unnest(dead_details) as detail,
             unnest(dead_ids) as id, unnest(dead_keys) as key, unnest(dead_values) as value, unnest(dead_headers) as headers
    ) as each
  ),
  replayed as (
    select unnest(replayed_topics) as topic, unnest(replayed_partitions) as partition, unnest(replayed_offsets) as "offset"
  ),
  -- The letter that a record repeats, if any. A record that the books know repeats whatever letter there is: it was judged before.
  judged as (
    select dead.*, waiting.topic as waiting_topic, waiting.partition as waiting_partition, waiting."offset" as waiting_offset
    from dead
    left join lateral (
      select letter.topic, letter.partition, letter."offset" from dead_letters as letter
      where letter.event_id = dead.id and letter.type = dead.type
        and (letter.topic, letter.partition, letter."offset") <> (dead.topic, dead.partition, dead."offset")
        and (not dead.is_fresh or (letter.replayed_at is null and not exists (
          select from replayed where (replayed.topic, replayed.partition, replayed."offset") = (letter.topic, letter.partition, letter."offset")
        )))
      order by 1, 2, 3 limit 1
    ) as waiting on true
    where dead.is_fresh or not exists (
      select from dead_letters as own where (own.topic, own.partition, own."offset") = (dead.topic, dead.partition, dead."offset")
    )
  ),
  -- Of records with one id and no letter the first one becomes it.
  ranked as materialized (
    select judged.*,
           waiting_topic is null and (id is null or row_number() over (of_id order by is_fresh, topic, partition, "offset") = 1) as is_letter,
           count(*) filter (where is_fresh) over of_id as records
    from judged
    window of_id as (partition by type, id, waiting_topic is null)
  ),
  buried as (
    insert into dead_letters as known (topic, partition, "offset", type, reason, detail, event_id, key, value, headers, arrived_at, repeats)
    select topic, partition, "offset", type, reason, detail, id, key, value, headers, from_ms(last_times[ranked.slice]),
           case when id is null then 0 else records - is_fresh::integer end
    from ranked where is_letter
    order by 1, 2, 3
    on conflict (topic, partition, "offset") do update set repeats = known.repeats + excluded.repeats
  ),
  repeated as (
    update dead_letters as letter set repeats = letter.repeats + again.records
    from (
      select waiting_topic, waiting_partition, waiting_offset, count(*) as records
      from ranked where waiting_topic is not null and is_fresh group by 1, 2, 3
    ) as again
    where (letter.topic, letter.partition, letter."offset") = (waiting_topic, waiting_partition, waiting_offset)
  )
  select ranked.slice, count(*) filter (where is_letter), count(*) filter (where not is_letter)
  from ranked where is_fresh group by ranked.slice;
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
create or replace function apply_batch_v1(
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
  letter_counts    bigint[] := duplicate_counts;
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

  -- Records that the books know already come first; of these, a position that is a dead letter stays one, and so does one
  -- that repeated a dead letter.
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
      ) and not exists (select from dead_letters as dead where dead.event_id = rows.id and dead.type = types[slice])
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

  -- 6. What could not be stored. A replay that ends here again replaces the dead letter that it repeats. Two batches with
  -- dead letters of one id must not both find that it has none.
  if cardinality(dead_offsets) + cardinality(replay_slices) > 0 then
    perform pg_advisory_xact_lock(hashtext('dead_letters'));
  end if;
  if cardinality(dead_offsets) > 0 then
    for each in select * from bury_v1(
      topics, partitions, types, last_times, positions, dead_slices, dead_offsets, dead_reasons, dead_details, dead_ids, dead_keys,
      dead_values, dead_headers, replayed_topics, replayed_partitions, replayed_offsets
    ) loop
      letter_counts[each.slice] := each.letters;
      duplicate_counts[each.slice] := duplicate_counts[each.slice] + each.repeats;
    end loop;
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
           letter_counts[n] as dead_letters
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

-- What became of an event, one row for each type that it was sent as. The owner's rights, because the ad of a dead letter
-- is in its bytes, which ads-api may not read. Each time that a letter came again, and each letter beyond the first, is a duplicate.
create or replace function receipts_v1(id uuid)
returns table (type text, status text, ad_id integer, duplicates bigint, conflicts bigint, reason text, replayed_at timestamptz)
language sql stable
security definer
set search_path = public, pg_temp
begin atomic
  select t.type,
         case when stored.ad_id is null then 'dead_letter' else 'counted' end,
         coalesce(stored.ad_id, dead.ad_id),
         coalesce(repeats.duplicates, 0) + dead.repeats + case when stored.ad_id is null then dead.letters - 1 else 0 end,
         coalesce(repeats.conflicts, 0),
         case when stored.ad_id is null then dead.reason end,
         dead.replayed_at
  from (values ('click'), ('impression')) as t (type)
  left join lateral (
    select c.ad_id from all_clicks c where t.type = 'click' and c.event_id = id
    union all
    select i.ad_id from all_impressions i where t.type = 'impression' and i.event_id = id
  ) as stored on true
  left join event_repeats as repeats on repeats.type = t.type and repeats.event_id = id
  left join lateral (
    select count(*) as letters,
           coalesce(sum(d.repeats), 0)::bigint as repeats,
           (array_agg(d.reason order by d.arrived_at))[1] as reason,
           max(d.replayed_at) as replayed_at,
           -- only these bytes are known to be a valid event
           max(case when d.reason = 'unknown_ad' then (convert_from(d.value, 'UTF8')::json ->> 'ad_id')::integer end) as ad_id
    from dead_letters d where d.event_id = id and d.type = t.type
  ) as dead on true
  where stored.ad_id is not null or dead.letters > 0
  order by t.type;
end;

revoke all on function bury_v1(
  text[], integer[], text[], bigint[], bigint[], integer[], bigint[], text[], text[], uuid[], bytea[], bytea[], json[], text[], integer[], bigint[]
) from public;
