-- The least that each app needs. Roles belong to the whole server: another database may have made them, even just now.
do $$
declare
  app text;
begin
  foreach app in array array['ads_api', 'click_writer'] loop
    begin
      if not exists (select from pg_roles where rolname = app) then
        execute format('create role %I login', app);
      end if;
    exception when duplicate_object or unique_violation then
      null;
    end;
  end loop;
end $$;

revoke all on all functions in schema public from public;
revoke create on schema public from public;
grant usage on schema public to ads_api, click_writer;

-- ads-api reads everything but dead letters' bytes, and keeps the catalogue. Keys are made by the owner's tool alone.
grant select on
  ads, api_keys, clicks, impressions, ad_minute_stats, ad_hour_stats, ad_day_stats, ad_totals,
  ledger, closed_books, event_conflicts, event_repeats, schema_migrations
to ads_api;
grant select (topic, partition, "offset", type, reason, detail, event_id, arrived_at, replayed_at) on dead_letters to ads_api;
grant insert, update on ads to ads_api;
-- An ad may be made under a chosen id; the sequence is then moved past it.
grant usage, select, update on sequence ads_id_seq to ads_api;

-- click-writer applies batches through functions and may look at the books; it writes no table by itself.
grant execute on function
  apply_batch_v1, advance_complete_through_v1, ensure_ledger_v1, maintain_partitions
to click_writer;
grant select on ledger, closed_books, ad_totals, retention, schema_migrations to click_writer;
grant select (topic, partition, "offset", type, reason, arrived_at, replayed_at) on dead_letters to click_writer;
