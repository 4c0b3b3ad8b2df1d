-- The numbers of these different texts in the dictionary; 0 for one that stays in its event.
--
-- A number may be used while its row is marked with the day of the transaction: rows that were not marked for longer than events
-- are kept are removed. New rows and new marks are made by one transaction at a time, and who finds another at it does not wait:
-- the text stays in the event this once. So there is no deadlock, and nobody waits for the end of another's batch.
create or replace function user_agent_ids_v1(agents text[]) returns integer[]
language plpgsql
as $$
declare
  ids  integer[];
  room integer;
  made integer;
begin
  for attempt in 1 .. 2 loop
    ids := array(
      select coalesce((select id from user_agents as known where known.user_agent = agent and last_used_on >= utc_today()), 0)
      from (select unnest(agents) as agent) as given
    );
    exit when attempt = 2 or not 0 = any (ids) or not pg_try_advisory_xact_lock(hashtext('user_agents'));
    update user_agents set last_used_on = utc_today() where user_agent = any (agents) and last_used_on < utc_today();
    select most - entries into strict room from user_agent_limit;
    insert into user_agents (user_agent, last_used_on)
    select distinct agent collate "C", utc_today() from unnest(agents) as agent
    where octet_length(agent) <= 2048 and not exists (select from user_agents as known where known.user_agent = agent)
    order by 1 limit greatest(room, 0);
    get diagnostics made = row_count;
    if made > 0 then
      update user_agent_limit set entries = entries + made;
    end if;
  end loop;
  return ids;
end $$;

-- Removes texts that no event can refer to any more, some thousand a call; `true` says: call again.
--
-- Events are removed in order of their arrival, but late: those of a day a week after its end, in days that were made up to 60
-- days ahead, those without a day by a sweep. What was in use up to 70 days before the oldest that can be there is kept.
create or replace function trim_user_agents_v1() returns boolean
language plpgsql
security definer
set search_path = public, pg_temp
as $$
declare
  batch   constant integer := 5000;
  cut     date;
  removed integer;
begin
  if not pg_try_advisory_xact_lock(hashtext('user_agents')) then
    return false;
  end if;
  -- No sweep that ended, or none since an outage of the upkeep: old events may still be there.
  select least(
           (select min(began_at) from sweeps where target ~ '^(clicks|impressions)_')::date - settings.raw_days,
           (select min(day) from event_days)
         ) - 70
  into cut from retention as settings;
  delete from user_agents where id in (select id from user_agents where last_used_on < cut limit batch);
  get diagnostics removed = row_count;
  if removed > 0 then
    update user_agent_limit set entries = entries - removed;
  end if;
  return removed = batch;
end $$;

revoke all on function user_agent_ids_v1(text[]), trim_user_agents_v1() from public;
grant execute on function trim_user_agents_v1() to click_writer;
