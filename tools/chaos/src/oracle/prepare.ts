import type { Sql } from '../database.ts'

/** Tables of the oracle beside those of the system, and one view over both types of events. */
export async function prepareOracle(sql: Sql): Promise<void> {
  await sql
    .unsafe(
      `
    create schema chaos;
    create table chaos.sent (
      request bigint, place integer, type text, event_id uuid, ad_id integer, occurred_at timestamptz(3), ip inet, playback_time float8,
      user_agent text, any_payload boolean, outcome text, sent_at timestamptz(3), answered_at timestamptz(3)
    );
    create index on chaos.sent (event_id);
    -- What a fault took out of the log on purpose, by the hand of an operator.
    create table chaos.destroyed (type text, event_id uuid);
    create view chaos.stored as
      select 'click' as type, * from all_clicks union all select 'impression' as type, * from all_impressions;
  `,
    )
    .simple()
}
