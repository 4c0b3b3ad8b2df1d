-- The complete-through mark is a time of this server's clock. A writer takes it from here; a writer of an older version, or
-- a broker whose clock runs ahead, may report a time that has not come yet. A report that is up to 500 ms ahead is cut to the
-- clock; one that is further ahead is refused, and the mark stays. A mark that was stored before this check and lies ahead is
-- removed, so that the next report sets it.
create function clamp_complete_through() returns trigger
language plpgsql
set search_path = public, pg_temp
as $$
begin
  new.complete_through := case
    when old.complete_through > clock_timestamp() then null
    when new.complete_through > clock_timestamp() + interval '500 milliseconds' then old.complete_through
    else greatest(old.complete_through, date_trunc('milliseconds', clock_timestamp()))
  end;
  return new;
end $$;

create trigger clamp_complete_through before update of complete_through on ledger
for each row when (new.complete_through > clock_timestamp())
execute function clamp_complete_through();
