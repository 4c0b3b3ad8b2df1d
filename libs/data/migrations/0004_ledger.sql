-- The books. Every record of the log between first_offset and next_offset was counted, was known already, contradicted
-- what was known, or could not be stored: the check makes a book that is off impossible to commit.

create table ledger (
  topic            text           not null,
  partition        integer        not null check (partition >= 0),
  first_offset     bigint         not null default 0 check (first_offset >= 0),
  next_offset      bigint         not null default 0,
  counted          bigint         not null default 0 check (counted >= 0),
  duplicates       bigint         not null default 0 check (duplicates >= 0),
  conflicts        bigint         not null default 0 check (conflicts >= 0),
  dead_letters     bigint         not null default 0 check (dead_letters >= 0),
  -- Stored although the log delivered them below next_offset: the log is not the one that was read before.
  recovered        bigint         not null default 0 check (recovered >= 0),
  -- Everything that was acknowledged before this time is in the numbers.
  complete_through timestamptz(3),
  primary key (topic, partition),
  constraint ledger_balances check (next_offset - first_offset = counted + duplicates + conflicts + dead_letters)
) with (fillfactor = 20, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500);

-- Books that an operator closed: the audit of what was accepted, by whom and why. Their sums stay part of
-- `totals = counted + recovered`.
create table closed_books (
  id               integer        generated always as identity primary key,
  topic            text           not null,
  partition        integer        not null,
  first_offset     bigint         not null,
  next_offset      bigint         not null,
  counted          bigint         not null,
  duplicates       bigint         not null,
  conflicts        bigint         not null,
  dead_letters     bigint         not null,
  recovered        bigint         not null,
  complete_through timestamptz(3),
  -- `gap`: the log begins after next_offset, and `missing` records were never read. `recreated`: another log under the same name.
  cause            text           not null check (cause in ('gap', 'recreated')),
  missing          bigint         not null check (missing >= 0),
  -- Where the next book begins.
  reopened_at      bigint         not null check (reopened_at >= 0),
  reason           text           not null check (reason <> ''),
  closed_by        text           not null default session_user,
  closed_at        timestamptz(3) not null default now(),
  check (next_offset - first_offset = counted + duplicates + conflicts + dead_letters)
);

create table dead_letters (
  topic       text           not null,
  partition   integer        not null,
  "offset"    bigint         not null,
  type        text           not null check (type in ('click', 'impression')),
  reason      text           not null check (reason in ('undecodable', 'schema_invalid', 'unknown_ad', 'rejected_by_database')),
  detail      text           not null,
  event_id    uuid,
  key         bytea,
  value       bytea,
  -- json, not jsonb: a header may hold what jsonb refuses.
  headers     json           not null,
  -- The broker's time of the slice that it came in.
  arrived_at  timestamptz(3) not null,
  replayed_at timestamptz(3),
  primary key (topic, partition, "offset")
);
create index dead_letters_event_id   on dead_letters (event_id) where event_id is not null;
create index dead_letters_arrived_at on dead_letters (arrived_at);
-- Counted every few seconds, for the alarm.
create index dead_letters_pending    on dead_letters (reason) where replayed_at is null;

-- The same identity with another payload: the first one counts, the others are kept here.
create table event_conflicts (
  topic         text             not null,
  partition     integer          not null,
  "offset"      bigint           not null,
  type          text             not null check (type in ('click', 'impression')),
  event_id      uuid             not null,
  ad_id         integer          not null,
  occurred_at   timestamptz(3)   not null,
  received_at   timestamptz(3)   not null,
  ip            inet,
  user_agent    text,
  playback_time double precision,
  primary key (topic, partition, "offset")
);
create index event_conflicts_event_id    on event_conflicts (event_id);
create index event_conflicts_received_at on event_conflicts using brin (received_at) with (autosummarize = on);

-- How often an identity came again; most never do, and have no row.
create table event_repeats (
  type             text           not null check (type in ('click', 'impression')),
  event_id         uuid           not null,
  duplicates       bigint         not null check (duplicates >= 0),
  conflicts        bigint         not null check (conflicts >= 0),
  last_received_at timestamptz(3) not null,
  primary key (type, event_id),
  check (duplicates + conflicts > 0)
);
create index event_repeats_last_received_at on event_repeats using brin (last_received_at) with (autosummarize = on);

-- One row: how long raw events and dead letters are kept, and how many days of partitions are made ahead.
-- Raw events must outlive the log, or a replay could count an event again: hence more than the topics' 7 days.
create table retention (
  singleton        boolean primary key default true check (singleton),
  raw_days         integer not null default 90 check (raw_days > 7),
  dead_letter_days integer not null default 30 check (dead_letter_days > 0),
  days_ahead       integer not null default 7 check (days_ahead between 1 and 60)
);
insert into retention default values;
