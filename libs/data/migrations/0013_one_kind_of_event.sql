-- Most batches hold clicks or impressions and not both: the other kind's insert would cost a tenth of a small batch.
do $generate$
declare
  target record;
begin
  for target in select * from (values ('clicks'), ('impressions')) as each (events) loop
    execute replace($store$
    create or replace function store_@events@_v1(
      ids uuid[], ads integer[], occurred bigint[], received bigint[], ips inet[], agents text[], playbacks float8[],
      out stored uuid[], out minute_ads integer[], out minutes timestamptz[], out counts bigint[]
    )
    language plpgsql
    as $$
    begin
      if cardinality(ids) = 0 then
        select '{}', '{}', '{}', '{}' into stored, minute_ads, minutes, counts;
        return;
      end if;
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
    $store$, '@events@', target.events);
  end loop;
end $generate$;
