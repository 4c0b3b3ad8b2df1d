-- The ledger first: each batch locks it before anything else, so that no writer holds another lock while this one waits for it.
-- PostgreSQL parses the text of each check again for each statement: of a batch of ten, those of the ledger were a tenth.
alter table ledger
  drop constraint ledger_partition_check, drop constraint ledger_first_offset_check, drop constraint ledger_counted_check,
  drop constraint ledger_duplicates_check, drop constraint ledger_conflicts_check, drop constraint ledger_dead_letters_check,
  drop constraint ledger_recovered_check,
  -- squawk-ignore constraint-missing-not-valid
  add constraint ledger_not_negative check (least(partition, first_offset, counted, duplicates, conflicts, dead_letters, recovered) >= 0);

-- Each user agent once, and its number in the events: some hundred texts make up all traffic, and each is longer than the rest of
-- its event. An event has either a number or, as those of before this migration and of its writers, the text itself.
create table user_agents (
  id           integer generated always as identity primary key,
  -- 2048 bytes always fit into a page of the index.
  user_agent   text    collate "C" not null unique check (octet_length(user_agent) <= 2048),
  -- Events refer to this row in transactions that find it marked with their day, and in no others: see user_agent_ids_v1.
  last_used_on date    not null
) with (fillfactor = 90);

-- How many there are, and may be. Beyond that an event keeps its text: nobody can fill the table by sending random ones.
create table user_agent_limit (
  singleton boolean primary key default true check (singleton),
  most      integer not null default 100000 check (most >= 0),
  entries   integer not null default 0 check (entries >= 0)
);
insert into user_agent_limit default values;
grant select on user_agent_limit to ads_api, click_writer;

alter table clicks              add column user_agent_id integer;
alter table clicks_undated      add column user_agent_id integer;
alter table impressions         add column user_agent_id integer;
alter table impressions_undated add column user_agent_id integer;

-- A subquery and no join: it costs nothing where the user agent is not asked for.
create or replace view all_clicks as
select event_id, ad_id, occurred_at, received_at, ip,
       coalesce(user_agent, (select known.user_agent from user_agents as known where known.id = user_agent_id)) collate "default" as user_agent,
       playback_time
from clicks
union all
select event_id, ad_id, occurred_at, received_at, ip,
       coalesce(user_agent, (select known.user_agent from user_agents as known where known.id = user_agent_id)) collate "default",
       playback_time
from clicks_undated;

create or replace view all_impressions as
select event_id, ad_id, occurred_at, received_at, ip,
       coalesce(user_agent, (select known.user_agent from user_agents as known where known.id = user_agent_id)) collate "default" as user_agent,
       playback_time
from impressions
union all
select event_id, ad_id, occurred_at, received_at, ip,
       coalesce(user_agent, (select known.user_agent from user_agents as known where known.id = user_agent_id)) collate "default",
       playback_time
from impressions_undated;
